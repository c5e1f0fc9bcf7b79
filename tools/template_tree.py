"""What tools/templates reads: templates with their parameters, as trees; messages."""
import os
import re

SCALARS = {"text": "struct str", "html": "struct str", "url": "struct str", "json": "struct str", "int": "int64_t",
           "number": "double", "bool": "bool"}
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class Wrong(Exception):
    def __init__(self, path, line, reason):
        super().__init__(f"{path}:{line}: {reason}")


class Param:
    def __init__(self, name, kind, line):
        self.name, self.kind, self.line = name, kind, line
        self.members, self.of, self.is_used = None, None, False

    def scope(self, templates):
        """The parameters that stand inside: of its own members or of another template."""
        if self.members is not None:
            return self.members
        return templates[self.of].params if self.of in templates else {}


def params_of(path, text):
    """Prose and parameters of the first comment; where the template begins."""
    m = re.match(r"\s*\{\{!(.*?)\}\}[ \t]*\n?", text, re.S)
    if not m:
        raise Wrong(path, 1, "begins with {{! what it shows, an empty line, and its parameters }}")
    lines = m.group(1).split("\n")
    begin = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    top = {}
    stack = [(-1, top)]
    for number, line in enumerate(lines[begin:], begin + 1 + text[:m.start(1)].count("\n")):
        if not line.strip():
            continue
        p = re.fullmatch(r"( *)([a-z][a-z0-9_]*): ([a-z]+)(?: of ([a-z][a-z0-9_]*))?(?: +#.*)?", line.rstrip())
        if not p:
            raise Wrong(path, number, f"not a parameter: {line.strip()}")
        indent, name, kind, of = len(p.group(1)), p.group(2), p.group(3), p.group(4)
        if name in ("t", "lang"):
            raise Wrong(path, number, f"{name} means something else here")
        while indent <= stack[-1][0]:
            stack.pop()
        if name in stack[-1][1]:
            raise Wrong(path, number, f"{name} is declared twice")
        param = Param(name, kind, number)
        if kind in ("list", "record"):
            param.of = of
            if not of:
                param.members = {}
                stack.append((indent, param.members))
        elif kind not in SCALARS or of:
            raise Wrong(path, number, f"no such type: {kind}{' of ' + of if of else ''}")
        stack[-1 if of or kind in SCALARS else -2][1][name] = param
    return top, m.end()


class Template:
    def __init__(self, path, text):
        self.path, self.text = path, text
        self.name = os.path.basename(path).rsplit(".", 1)[0]
        if not NAME.match(self.name):
            raise Wrong(path, 1, "a template's name is lower-case letters, digits and _")
        self.params, self.begin = params_of(path, text)
        self.tree = Parser(self).parse()

    def wrong(self, line, reason):
        return Wrong(self.path, line, reason)


# ---- the tree: ("text", line, s), ("value", line, name), ("message", line, key), ("partial", line, name, record),
#      ("each", line, name, body), ("if", line, name, literal, body, otherwise)

TAG = re.compile(r"\{\{(.*?)\}\}", re.S)


class Parser:
    def __init__(self, template):
        self.t = template
        self.tokens = self.split()
        self.at = 0

    def split(self):
        text, at, line, out = self.t.text, self.t.begin, 1 + self.t.text[:self.t.begin].count("\n"), []
        while True:
            m = TAG.search(text, at)
            end = m.start() if m else len(text)
            if end > at:
                out.append(("text", line, text[at:end]))
                line += text[at:end].count("\n")
            if not m:
                return self.without_lonely_lines(out)
            out.append(("tag", line, m.group(1).strip()))
            line += m.group(0).count("\n")
            at = m.end()

    @staticmethod
    def without_lonely_lines(tokens):
        """A line that holds nothing but a section's tag leaves nothing behind."""
        out = list(tokens)
        for n, (kind, _, word) in enumerate(tokens):
            if kind != "tag" or word[:1] not in "#?^/:!":
                continue
            before = out[n - 1][2] if n and out[n - 1][0] == "text" else None
            after = tokens[n + 1][2] if n + 1 < len(tokens) and tokens[n + 1][0] == "text" else None
            starts = n == 0 or before is not None and re.search(r"(\n|\A)[ \t]*\Z", before) and "\n" in tokens[n - 1][2]
            ends = n + 1 == len(tokens) or after is not None and re.match(r"[ \t]*\n", after)
            if starts and ends:
                if before is not None:
                    out[n - 1] = ("text", out[n - 1][1], re.sub(r"[ \t]*\Z", "", before))
                if after is not None:
                    # The line of what is left stays right for messages by keeping count at the cut.
                    out[n + 1] = ("text", out[n + 1][1] + 1, re.sub(r"\A[ \t]*\n", "", after))
        return [t for t in out if t[0] != "text" or t[2]]

    def parse(self):
        body, closed = self.body(None)
        if closed:
            raise self.t.wrong(closed[1], f"{{{{{closed[2]}}}}} closes nothing")
        return body

    def body(self, opener):
        nodes = []
        while self.at < len(self.tokens):
            kind, line, word = token = self.tokens[self.at]
            self.at += 1
            if kind == "text":
                nodes.append(token)
            elif word.startswith("!"):
                continue
            elif word[:1] in "#?^":
                nodes.append(self.section(line, word))
            elif word[:1] in "/:":
                return nodes, token
            elif word.startswith(">"):
                parts = word[1:].split()
                if not 1 <= len(parts) <= 2:
                    raise self.t.wrong(line, f"not a partial: {word}")
                nodes.append(("partial", line, parts[0], parts[1] if len(parts) == 2 else None))
            elif word.startswith("t."):
                nodes.append(("message", line, word[2:]))
            elif re.fullmatch(r"\.|[a-z][a-z0-9_.]*", word):
                nodes.append(("value", line, word))
            else:
                raise self.t.wrong(line, f"not understood: {{{{{word}}}}}")
        if opener:
            raise self.t.wrong(opener[0], f"{{{{{opener[1]}}}}} is not closed")
        return nodes, None

    def section(self, line, word):
        m = re.fullmatch(r"[#?^]\s*([a-z][a-z0-9_.]*)(?:=([A-Za-z0-9_-]+))?", word)
        if not m or (m.group(2) and word[0] == "#"):
            raise self.t.wrong(line, f"not understood: {{{{{word}}}}}")
        name = m.group(1)
        first, token = self.body((line, word))
        second = []
        if token and token[2] == ":" and word[0] != "#":
            second, token = self.body((line, word))
        if not token or token[2] != "/" + name:
            raise self.t.wrong(token[1] if token else line, f"expected {{{{/{name}}}}}, which closes line {line}")
        if word[0] == "#":
            return ("each", line, name, first)
        if word[0] == "^":
            first, second = second, first
        return ("if", line, name, m.group(2), first, second)


# ---- messages

class Message:
    def __init__(self, vi, en, path, line):
        self.texts, self.path, self.line, self.is_used = {"vi": vi, "en": en}, path, line, False


def messages_of(path):
    """MESSAGE(key, "vi", "en"), one a line; long ones go on, as C strings do. What it includes counts as its own."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    found = {}
    for name in re.findall(r'(?m)^#include "web/([a-z_/]+[.]def)"$', text):
        for key, message in messages_of(os.path.join(os.path.dirname(path), name)).items():
            if key in found:
                raise Wrong(message.path, message.line, f"{key} stands twice")
            found[key] = message
    text = re.sub(r"(?m)^#include .*$", "", text)
    string = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
    body = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S)
    at = 0
    for m in re.finditer(r"MESSAGE\(([a-z][a-z0-9_]*),\s*" + string + r",\s*" + string + r"\)\s*", body):
        line = 1 + body[:m.start()].count("\n")
        if body[at:m.start()].strip():
            raise Wrong(path, 1 + body[:at].count("\n"), "not MESSAGE(key, \"vi\", \"en\")")
        at = m.end()
        vi, en = (joined(m.group(n)) for n in (2, 3))
        if m.group(1) in found:
            raise Wrong(path, line, f"{m.group(1)} stands twice")
        names = [{p[0] for p in pieces(s) if not isinstance(p, str)} for s in (vi, en)]
        if names[0] != names[1]:
            raise Wrong(path, line, f"{m.group(1)}: the languages take different values")
        found[m.group(1)] = Message(vi, en, path, line)
    if body[at:].strip():
        raise Wrong(path, 1 + body[:at].count("\n"), "not MESSAGE(key, \"vi\", \"en\")")
    return found


def joined(strings):
    """Adjacent C strings as one text."""
    return "".join(re.sub(r"\\(.)", r"\1", s) for s in re.findall(r'"((?:[^"\\]|\\.)*)"', strings))


def pieces(text):
    """A sentence as strings, [name] and [name, one, more]."""
    out = []
    for n, part in enumerate(re.split(r"\{([a-z][a-z0-9_.]*(?:\|[^{}|]*\|[^{}|]*)?)\}", text)):
        if n % 2:
            out.append(part.split("|"))
        elif part:
            out.append(part)
    return out or [""]
