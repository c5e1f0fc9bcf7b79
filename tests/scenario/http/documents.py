#!/usr/bin/python3
"""Judges the documents about the data, of a server that is up: the catalogue as JSON-LD, feeds as Atom, the sitemap.

    documents.py http://127.0.0.1:8080
"""
import json
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET

import rdflib

URL = sys.argv[1]
ATOM = "{http://www.w3.org/2005/Atom}"
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")


def get(path):
    try:
        with urllib.request.urlopen(path if path.startswith("http") else URL + path, timeout=60) as a:
            return a.status, a.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def say(is_right, name, *detail):
    print(("ok " if is_right else "not ok ") + name)
    for d in detail if not is_right else ():
        print("# " + str(d)[:600].replace("\n", " "))


def catalogue():
    graph = rdflib.Graph()
    graph.parse(data=get("/api/catalogue")[1].decode(), format="json-ld")
    sets = list(graph.subjects(rdflib.RDF.type, DCAT.Dataset))
    distributions = list(graph.subjects(rdflib.RDF.type, DCAT.Distribution))
    say(
        len(sets) >= 4 and len(distributions) == 3 * len(sets),
        "the catalogue is JSON-LD with three distributions a dataset",
        len(sets),
        len(distributions),
    )
    # what DCAT-AP 3 makes mandatory of each class
    bare = [s for s in sets if not all((s, p, None) in graph for p in (DCT.title, DCT.description))]
    bare += [d for d in distributions if (d, DCAT.accessURL, None) not in graph]
    for c in graph.subjects(rdflib.RDF.type, DCAT.Catalog):
        bare += [p for p in (DCT.title, DCT.description, DCT.publisher, DCAT.dataset) if (c, p, None) not in graph]
    say(not bare, "what is mandatory in DCAT-AP is there", bare)
    wrong = []
    for d in distributions:
        address = str(graph.value(d, DCAT.downloadURL) or graph.value(d, DCAT.accessURL))
        if "f=xlsx" not in address:  # the same file as its CSV
            status, _ = get(address + "&limit=1")
            wrong += [] if status == 200 else [(status, address)]
    say(not wrong, "what a distribution links to is there", wrong)


def feed(path):
    status, body = get(path)
    if status == 404:
        return
    root = ET.fromstring(body)
    wrong = [name for name in ("id", "title", "updated") if root.find(ATOM + name) is None]
    entries = root.findall(ATOM + "entry")
    for e in entries:
        wrong += [name for name in ("id", "title", "updated") if not (e.findtext(ATOM + name) or "").strip()]
    ids = [e.findtext(ATOM + "id") for e in entries]
    say(
        root.tag == ATOM + "feed" and not wrong and entries and len(ids) == len(set(ids)),
        f"{path} is an Atom feed whose entries have what RFC 4287 wants",
        root.tag,
        wrong,
        len(entries),
    )
    times = [e.findtext(ATOM + "updated") for e in entries]
    say(
        max(times) <= root.findtext(ATOM + "updated") and not any("at=" in i for i in ids),
        f"{path}: an entry keeps its id from revision to revision, and none is newer than the feed",
        ids[:2],
        times[:2],
    )


def sitemap():
    status, body = get("/sitemap.xml")
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    addresses = [e.text for e in ET.fromstring(body).iter(space + "loc")]
    wrong = [(s, a) for s, a in ((get(a)[0], a) for a in addresses) if s != 200]
    say(status == 200 and addresses and not wrong, "every address of the sitemap answers 200", wrong)
    missing = []
    for register, path in (("posts", "/posts/"), ("units", "/units/")):
        found = json.loads(get(f"/api/collections/{register}/items?limit=1000&properties=code")[1]).get("features", [])
        missing += [a for a in (URL + path + f["properties"]["code"] for f in found) if a not in addresses]
    say(len(set(addresses)) == len(addresses) and not missing, "each post and each unit is in it, once", missing)


catalogue()
for path in ("/api/feeds/posts", "/api/feeds/figures", "/api/feeds/figures?lang=en"):
    feed(path)
sitemap()
