#!/usr/bin/python3
"""An outsider with nothing but HTTP, SHA-256 and the openssl command checks that a figure of a server that is up
counts what it says: from the figure to its records, to the revisions that wrote them, to the tree of the log, to the
signature.

    outsider.py http://127.0.0.1:8080 FIGURE REGISTER

REGISTER is public throughout, and FIGURE counts records of it. Prints TAP without numbers. Written from RFC 9162 §2.1
and from C2SP signed-note, tlog-checkpoint and tlog-tiles alone; it shares no code with the program.
"""
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
import urllib.request

URL, FIGURE, REGISTER = sys.argv[1:4]
ED25519 = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo up to the key (RFC 8410 §4)


def get(path):
    with urllib.request.urlopen(path if path.startswith("http") else URL + path, timeout=60) as a:
        return a.read()


def ask(path):
    return json.loads(get(path))


def say(is_right, name, *detail):
    print(("ok " if is_right else "not ok ") + name)
    for d in detail if not is_right else ():
        print("# " + str(d)[:500].replace("\n", " "))


# ---- RFC 9162


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    """§2.1.1, as it is written there."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node(root_of(hashes[:k]), root_of(hashes[k:]))


def root_by_path(index, size, hashed, path):
    """§2.1.3.2."""
    fn, sn, r = index, size - 1, hashed
    for p in map(bytes.fromhex, path):
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


# ---- C2SP


def key_of(verifier):
    """The name, and the Ed25519 key of NAME+HASH+KEY."""
    name, hashed, key = verifier.split("+", 2)
    raw = base64.b64decode(key)
    wanted = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex()
    return name, raw[1:] if raw[0] == 1 and wanted == hashed else None, hashed


def is_signed(note, verifier):
    """By openssl, which knows nothing of notes."""
    name, key, hashed = key_of(verifier)
    text, _, lines = note.rpartition("\n\n")
    wanted = [l for l in lines.splitlines() if l.startswith(f"— {name} ")]
    if not key or len(wanted) != 1:
        return False
    signature = base64.b64decode(wanted[0].split(" ")[2])
    if signature[:4].hex() != hashed:
        return False
    with tempfile.TemporaryDirectory() as folder:
        for file, data in (("key", ED25519 + key), ("text", (text + "\n").encode()), ("signature", signature[4:])):
            open(f"{folder}/{file}", "wb").write(data)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile signature"
        return subprocess.run(command.split(), cwd=folder, capture_output=True).returncode == 0


def read_checkpoint(note):
    origin, size, root = note.split("\n")[:3]
    return origin, int(size), base64.b64decode(root)


def tile(level, index, width):
    number = f"{index:03d}" if index < 1000 else f"x{index // 1000:03d}/{index % 1000:03d}"
    return f"/api/log/tile/{level}/{number}" + (f".p/{width}" if width < 256 else "")


def entries(data):
    while data:
        n = int.from_bytes(data[:2], "big")
        yield data[2 : 2 + n]
        data = data[2 + n :]


# ---- what is checked


def link(document, rel):
    return [l["href"] for l in document["links"] if l["rel"] == rel]


def figure_is_proved(verifier):
    figure = ask(f"/api/figures/{FIGURE}")
    proof = ask(link(figure, "proof")[0])
    say(is_signed(proof["checkpoint"], verifier), "the checkpoint beside the figure is signed by the key of the log")
    _, size, root = read_checkpoint(proof["checkpoint"])
    found = root_by_path(proof["index"], proof["size"], leaf(proof["entry"].encode()), proof["path"])
    entry = json.loads(proof["entry"])
    say(
        size == proof["size"] and found == root and entry["rev"] == figure["at"]["revision"],
        "and the figure's revision is a leaf of the tree that it signs",
        size,
        proof["size"],
        entry,
    )
    forged = proof["entry"].replace('"rev":', '"rev": ').encode()
    say(
        root_by_path(proof["index"], size, leaf(forged), proof["path"]) != root
        and not is_signed(proof["checkpoint"].replace(str(size), str(size + 1), 1), verifier),
        "an altered entry or checkpoint is not",
    )
    return figure


def records_are_proved(figure, verifier):
    records, page = [], link(figure, "items")[0]
    while page:
        answer = ask(page + ("" if "limit=" in page else "&limit=50"))
        records += answer["records"]
        page = (link(answer, "next") or [None])[0]
    say(
        len(records) == figure["value"] == len({r["id"] for r in records})
        and records[0]["register"] == REGISTER,
        f"the records that the figure names, page by page, are as many as it says: {FIGURE}",
        len(records),
        figure["value"],
    )
    wrong = []
    for r in records[:3] + records[-3:]:
        proof = ask(f"/api/log/proof/{REGISTER}/{r['id']}")
        entry, content = json.loads(proof["entry"]), json.loads(proof["record"])
        _, size, root = read_checkpoint(proof["checkpoint"])
        at = proof["leaf"]
        of_revision = root_by_path(at["index"], at["count"], leaf(proof["record"].encode()), at["path"])
        of_log = root_by_path(proof["log"]["index"], size, leaf(proof["entry"].encode()), proof["log"]["path"])
        same = all(r["fields"].get(k) == v for k, v in content["fields"].items() if not isinstance(v, dict))
        if not (
            of_revision
            and of_revision.hex() == entry["root"]
            and of_log == root
            and is_signed(proof["checkpoint"], verifier)
            and entry["rev"] == r["revision"]
            and content["id"] == r["id"]
            and same
        ):
            wrong.append((r, proof))
    say(not wrong, "each is a leaf of its revision, which is a leaf of the log, with the same content", wrong)
    return {r["revision"] for r in records}


def revision_is_whole(rev):
    """All its records, in their order, give the root that its entry names."""
    entry, hashes = json.loads(ask(f"/api/log/revisions/{rev}")["entry"]), []
    while len(hashes) < entry["count"]:
        part = ask(f"/api/log/revisions/{rev}/records?from={len(hashes)}&limit=100")["records"]
        if not part:
            break
        hashes += [leaf(p["record"].encode()) if "record" in p else bytes.fromhex(p["hash"]) for p in part]
    say(
        len(hashes) == entry["count"] and root_of(hashes).hex() == entry["root"],
        f"the records of revision {rev} are all that it wrote",
        len(hashes),
        entry,
    )


def log_is_whole(verifier):
    note = get("/api/log/checkpoint").decode()
    origin, size, root = read_checkpoint(note)
    hashes, texts = [], []
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        data = get(tile(0, index, width))
        hashes += [data[i : i + 32] for i in range(0, len(data), 32)]
        texts += entries(get(tile("entries", index, width)))
    say(
        is_signed(note, verifier)
        and origin == key_of(verifier)[0]
        and len(hashes) == size
        and root_of(hashes) == root,
        "the tiles of the log give the root of its signed checkpoint",
        size,
        len(hashes),
    )
    say(
        len(texts) == size and all(leaf(t) == h for t, h in zip(texts, hashes)),
        "and its entries are the leaves",
    )


VERIFIER = get("/api/log/key").decode().strip()
revisions = records_are_proved(figure_is_proved(VERIFIER), VERIFIER)
for revision in sorted(revisions)[:3]:
    revision_is_whole(revision)
log_is_whole(VERIFIER)
