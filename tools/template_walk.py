"""How tools/templates writes: a walk along a template that knows at each byte where in HTML it is, and writes C."""
import re

from template_tree import Param, SCALARS, pieces

VOID = set("area br col hr img input link meta source track wbr".split())
SVG = set("svg g path rect circle ellipse line polyline polygon text tspan use defs desc symbol".split())
FORBIDDEN_TAGS = {"style": "CSP allows no style element", "base": "it turns every link", "iframe": "no frames",
                  "object": "no plug-ins", "embed": "no plug-ins", "frame": "no frames",
                  "noscript": "pages work without"}
URL_ATTRIBUTES = set("href src action formaction poster cite data xlink:href ping hx-get hx-post hx-put hx-patch "
                     "hx-delete hx-push-url".split())
WORD_ATTRIBUTES = set("title alt placeholder aria-label aria-description label".split())
# White space beside these is not seen.
BLOCK = set("html head body title meta link script div p ul ol li dl dt dd table caption colgroup col thead tbody "
            "tfoot tr th td section article aside nav main header footer h1 h2 h3 h4 h5 h6 form fieldset legend figure "
            "figcaption details summary pre blockquote hr br option optgroup select datalist dialog address "
            "template".split()) | (SVG - {"text", "tspan", "svg"})
KEEPS_SPACE = ("pre", "textarea", "script")
NO_MARKUP = ("title", "textarea", "option")
# In these, and under translate="no", letters are names and code rather than words of a language.
NOT_WORDS = ("code", "pre", "kbd", "samp", "script")


def struct_of(param):
    """The struct of one item of a list, or of a record."""
    return f"tpl_{param.of}" if param.of else param.struct


def c_type(param):
    if param.kind == "list":
        return f"const {SCALARS.get(param.of) or 'struct ' + struct_of(param)} *"
    return SCALARS.get(param.kind) or "struct " + struct_of(param)


def c_string(s):
    out = []
    for b in s.encode():
        ch = chr(b)
        if ch in '"\\':
            out.append("\\" + ch)
        else:
            out.append("\\n" if ch == "\n" else ch if 32 <= b < 127 and ch != "?" else f"\\{b:03o}")
    return '"' + "".join(out) + '"'


def escape(s, in_attribute):
    s = s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return s.replace('"', "&quot;").replace("'", "&#39;") if in_attribute else s


class Place:
    """Where in HTML the walk stands."""

    def __init__(self):
        self.mode = "text"       # text, open (name of a start tag), tag, name, equals, value, close, comment
        self.stack = []          # (tag, line, not words)
        self.tag, self.word, self.quote, self.attribute, self.attributes = "", "", "", "", {}
        self.url = "empty"       # of a URL attribute: empty, begun, unsure

    def key(self):
        attribute = (self.attribute, self.quote) if self.mode == "value" else None
        return (self.mode, [s[0] for s in self.stack], self.tag if self.mode != "text" else "", attribute)

    def inside(self):
        return self.stack[-1][0] if self.stack else ""


class Walk:
    def __init__(self, template, templates, messages):
        self.t, self.templates, self.messages = template, templates, messages
        self.place = Place()
        self.code, self.literal, self.depth, self.names = [], "", 1, 0
        self.is_after_block = True  # the last thing written was the tag of a block
        self.scopes = [("t->", template.params, None)]
        self.line = 1

    def wrong(self, reason, line=None):
        return self.t.wrong(line or self.line, reason)

    # -- C

    def emit(self, s):
        self.flush()
        self.code.append("    " * self.depth + s)

    def add(self, s):
        self.literal += s

    def flush(self):
        text, self.literal = self.literal, ""
        while text:
            piece, text = text[:1000], text[1000:]
            self.code.append("    " * self.depth + f"ADD({c_string(piece)});")

    # -- names

    def find(self, name, line):
        """(C expression, Param) of a dotted name; innermost scope first."""
        if name == ".":
            expression, _, item = self.scopes[-1]
            if item is None:
                raise self.wrong("{{.}} stands only in a list of plain values", line)
            return expression, item
        first, *rest = name.split(".")
        for prefix, params, _ in reversed(self.scopes):
            if first in params:
                break
        else:
            known = ", ".join(sorted(n for _, params, _ in self.scopes for n in params))
            raise self.wrong(f"no parameter {first}; there are: {known or 'none'}", line)
        param, expression = params[first], prefix + first
        param.is_used = True
        for part in rest:
            inner = param.scope(self.templates)
            if param.kind != "record" or part not in inner:
                raise self.wrong(f"{name}: no member {part}", line)
            param, expression = inner[part], expression + "." + part
            param.is_used = True
        return expression, param

    def count(self, expression):
        sep = "->" if "->" in expression.rsplit(".", 1)[-1] else "."
        head, sep, last = expression.rpartition(sep)
        return f"{head}{sep}n_{last}"

    # -- nodes

    def run(self):
        self.nodes(self.t.tree)
        if self.place.stack:
            tag, line, _ = self.place.stack[-1]
            raise self.wrong(f"<{tag}> is not closed", line)
        if self.place.mode != "text":
            raise self.wrong("ends within a tag")
        self.literal = self.literal.rstrip()
        self.flush()
        return self.code

    def nodes(self, nodes):
        for n, node in enumerate(nodes):
            self.line = node[1]
            kind = node[0]
            if kind == "text":
                self.text(node[2], n, nodes)
            elif kind == "value":
                self.value(*node[1:])
            elif kind == "message":
                self.message(*node[1:])
            elif kind == "partial":
                self.partial(*node[1:])
            elif kind == "each":
                self.each(*node[1:])
            else:
                self.when(*node[1:])

    def section(self, line, body):
        """A body begins and ends at the same place of HTML."""
        before = self.place.key()
        if before[0] not in ("text", "tag", "value"):
            raise self.wrong("a section cannot begin here", line)
        self.flush()
        self.depth += 1
        self.nodes(body)
        self.flush()
        self.depth -= 1
        after = self.place.key()
        if after[:2] != before[:2] or (before[0] != "text" and after != before):
            tags = " ".join(f"<{t}>" for t in after[1][len(before[1]):]) or "more than it opened"
            raise self.wrong(f"the section of line {line} leaves or closes {tags}" if after[1] != before[1] else
                             f"the section of line {line} ends within another place than it began in", line)

    def each(self, line, name, body):
        expression, param = self.find(name, line)
        if param.kind == "record":
            self.scopes.append((expression + ".", param.scope(self.templates), None))
            self.section(line, body)
            self.scopes.pop()
            return
        if param.kind != "list":
            raise self.wrong(f"{name} is no list", line)
        self.names += 1
        i, item = f"i{self.names}", f"s{self.names}"
        self.emit(f"for (size_t {i} = 0; {i} < {self.count(expression)}; {i}++) {{")
        if param.of in SCALARS:
            plain = Param(name, param.of, line)
            self.scopes.append((f"{expression}[{i}]", {}, plain))
        else:
            self.flush()
            indent = "    " * (self.depth + 1)
            self.code.append(f"{indent}const struct {struct_of(param)} *{item} = &{expression}[{i}];")
            self.code.append(f"{indent}(void){item};")
            self.scopes.append((item + "->", param.scope(self.templates), None))
        before = self.place.url
        self.section(line, body)
        self.place.url = before if before == self.place.url else "unsure"
        self.scopes.pop()
        self.emit("}")

    def when(self, line, name, literal, body, otherwise):
        if name == "lang":
            condition = f"lang == LANG_{literal.upper()}" if literal in ("vi", "en") else None
            if not condition:
                raise self.wrong("lang is vi or en", line)
        else:
            expression, param = self.find(name, line)
            if literal is not None:
                if param.kind != "text":
                    raise self.wrong(f"only a text is compared, not {param.kind}", line)
                condition = f"str_is({expression}, {c_string(literal)})"
            elif param.kind == "list":
                condition = f"{self.count(expression)} != 0"
            elif param.kind == "record":
                raise self.wrong("a record is always there", line)
            elif param.kind in ("bool", "int", "number"):
                condition = expression if param.kind == "bool" else f"{expression} != 0"
            else:
                condition = f"{expression}.n != 0"
        before = self.place.url
        ends = []
        self.emit(f"if ({condition}) {{")
        self.section(line, body)
        ends.append(self.place.url)
        self.place.url = before
        if otherwise:
            self.emit("} else {")
            self.section(line, otherwise)
        ends.append(self.place.url)
        self.place.url = ends[0] if ends[0] == ends[1] else "unsure"
        self.emit("}")

    def partial(self, line, name, record):
        if name not in self.templates:
            raise self.wrong(f"no template {name}", line)
        if self.place.mode != "text" or self.place.inside() in NO_MARKUP + ("script",):
            raise self.wrong("a template stands only between tags", line)
        if record:
            expression, param = self.find(record, line)
            if param.kind != "record" or param.of != name:
                raise self.wrong(f"{record} is no record of {name}", line)
            self.emit(f"tpl_{name}(out, &{expression}, lang);")
            return
        prefix, params, _ = self.scopes[-1]
        other = self.templates[name]
        if params is other.params and prefix.endswith("->"):
            self.emit(f"tpl_{name}(out, {prefix[:-2]}, lang);")
            return
        values = []
        for member, wanted in other.params.items():
            expression, param = self.find(member, line)
            mine, theirs = (c_type(param), c_type(wanted))
            if param.kind != wanted.kind or mine != theirs:
                raise self.wrong(f"{member} is {param.kind} here and {wanted.kind} in {name}", line)
            values.append(f".{member} = {expression}")
            if param.kind == "list":
                values.append(f".n_{member} = {self.count(expression)}")
        self.emit(f"tpl_{name}(out, &(struct tpl_{name}){{{', '.join(values)}}}, lang);")

    # -- values

    def where(self, line):
        """text, script, attribute or url: the place of a value. Others are refused."""
        p = self.place
        if p.mode == "text":
            self.is_after_block = False
            return "script" if p.inside() == "script" else "text"
        if p.mode == "value":
            if p.attribute == "style" or p.attribute.startswith("on") or p.attribute in ("srcdoc", "srcset"):
                raise self.wrong(f"no value is safe in {p.attribute}=", line)
            return "url" if p.attribute in URL_ATTRIBUTES else "attribute"
        places = {"open": "a tag's name", "close": "a tag's name", "tag": "an attribute's name",
                  "name": "an attribute's name", "equals": "an attribute without quotes", "comment": "a comment"}
        raise self.wrong(f"no value can be {places[p.mode]}", line)

    def value(self, line, name):
        where = self.where(line)
        if name == "lang":
            if where == "script":
                raise self.wrong("only json stands in a script", line)
            if where == "url" and self.place.url != "begun":
                raise self.wrong("an address does not begin with a language", line)
            self.emit('buf_puts(out, lang == LANG_EN ? "en" : "vi");')
            return
        expression, param = self.find(name, line)
        self.write(where, expression, param, name, line)

    def write(self, where, expression, param, name, line):
        kind = param.kind
        if where == "script":
            if kind != "json":
                raise self.wrong(f"only json stands in a script, {name} is {kind}", line)
            self.emit(f"tpl_json(out, {expression});")
            return
        if where == "url":
            self.write_url(expression, kind, name, line)
            return
        calls = {"int": {"text": "tpl_int(out, {}, lang);", "attribute": 'buf_printf(out, "%lld", (long long){});'},
                 "number": {"attribute": "tpl_number(out, {});"},
                 "text": {"text": "html_text(out, {});", "attribute": "html_attr(out, {});"},
                 "url": {"text": "html_text(out, {});", "attribute": "url_attr(out, {});"},
                 "json": {"attribute": "html_attr(out, {});"},
                 "html": {"text": "buf_str(out, {});"}}
        call = calls.get(kind, {}).get(where)
        if not call or (kind == "html" and self.place.inside() in NO_MARKUP):
            place = "an attribute" if where == "attribute" else where
            if kind == "html" and where == "text":
                place += f" of <{self.place.inside()}>"
            raise self.wrong(f"{name} is {kind}, which cannot stand in {place}", line)
        self.emit(call.format(expression))

    def write_url(self, expression, kind, name, line):
        if kind == "url":
            if self.place.url != "empty":
                raise self.wrong(f"{name} is a url, and must be the beginning of {self.place.attribute}=", line)
            self.emit(f"url_attr(out, {expression});")
        elif kind in ("text", "int"):
            if self.place.url != "begun":
                raise self.wrong(f"{name} is {kind}, and {self.place.attribute}= must begin with a url or a fixed text",
                                 line)
            self.emit(f"url_encode(out, {expression});" if kind == "text" else
                      f'buf_printf(out, "%lld", (long long){expression});')
        else:
            raise self.wrong(f"{name} is {kind}, which cannot stand in {self.place.attribute}=", line)
        self.place.url = "begun"

    def message(self, line, key):
        if key not in self.messages:
            raise self.wrong(f"no message {key} in messages.def", line)
        self.messages[key].is_used = True
        where = self.where(line)
        if where not in ("text", "attribute"):
            raise self.wrong(f"no message stands in {'a script' if where == 'script' else 'an address'}", line)
        texts = {lang: pieces(text) for lang, text in self.messages[key].texts.items()}
        if all(len(p) == 1 and isinstance(p[0], str) for p in texts.values()):
            vi, en = (c_string(escape(texts[x][0], where == "attribute")) for x in ("vi", "en"))
            self.emit(f"ADD_IN({vi}, {en});")
            return
        self.emit("if (lang == LANG_EN) {")
        self.filled(texts["en"], where, line)
        self.emit("} else {")
        self.filled(texts["vi"], where, line)
        self.emit("}")

    def filled(self, parts, where, line):
        self.flush()
        self.depth += 1
        for part in parts:
            if isinstance(part, str):
                self.add(escape(part, where == "attribute"))
                continue
            expression, param = self.find(part[0], line)
            if len(part) == 1:
                self.write(where, expression, param, part[0], line)
                continue
            if param.kind != "int":
                raise self.wrong(f"{part[0]} is {param.kind}; a word depends only on an int", line)
            one, more = (c_string(escape(word, where == "attribute")) for word in part[1:])
            self.emit(f"buf_puts(out, {expression} == 1 ? {one} : {more});")
        self.flush()
        self.depth -= 1

    # -- HTML

    def text(self, text, n, nodes):
        """The literal parts. White space is judged by what stands beside it."""
        at = 0
        while at < len(text):
            ch = text[at]
            step = getattr(self, "in_" + self.place.mode)
            used = step(text, at, ch, n, nodes)
            self.line += text.count("\n", at, at + used)
            at += used

    def in_text(self, text, at, ch, n, nodes):
        p = self.place
        if ch == "<":
            return self.open_angle(text, at)
        space = re.match(r"\s+", text[at:])
        if space and p.inside() not in KEEPS_SPACE and not any(s[0] == "pre" for s in p.stack):
            self.space(text, at, at + space.end(), n, nodes)
            return space.end()
        run = re.match(r"[^<\s]+|\s+", text[at:]).group(0)
        word = re.search(r"[^\W\d_]{2,}", re.sub(r"&#?\w+;", "", run))
        if word and not (p.stack and p.stack[-1][2]):
            raise self.wrong(f"“{word.group(0)}” is a word: put it into messages.def, "
                             "or under translate=\"no\" when it is a name")
        if p.inside() == "script" and run.strip():
            raise self.wrong("no code within a page; only {{json}} in a script of type application/json")
        self.add(run)
        self.is_after_block = False
        return len(run)

    def space(self, text, begin, end, n, nodes):
        """One space, or none beside a block."""
        if end == len(text) and n + 1 == len(nodes) or begin == 0 and n == 0:
            # At the border of a section or of the template: what is outside decides in its own text.
            if "\n" in text[begin:end]:
                return
        after = re.match(r"</?([a-zA-Z0-9]+)", text[end:])
        if self.is_after_block or after and after.group(1).lower() in BLOCK:
            return
        self.add(" ")

    def open_angle(self, text, at):
        p = self.place
        if text.startswith("<!--", at):
            p.mode = "comment"
            return 4
        if text.lower().startswith("<!doctype html>", at):
            self.add("<!doctype html>")
            return len("<!doctype html>")
        if re.match(r"</[a-zA-Z]", text[at:]):
            p.mode, p.word = "close", ""
            return 2
        if p.inside() == "script":
            raise self.wrong("no code within a page; only {{json}} in a script of type application/json")
        if p.inside() in NO_MARKUP:
            raise self.wrong(f"no tag within <{p.inside()}>")
        if re.match(r"<([a-zA-Z]|\Z)", text[at:]):
            p.mode, p.word = "open", ""
            return 1
        raise self.wrong("< begins a tag; write &lt;")

    def in_comment(self, text, at, ch, n, nodes):
        end = text.find("-->", at)
        if end < 0:
            if n + 1 < len(nodes):
                raise self.wrong("no value can be in a comment")
            raise self.wrong("a comment is not closed")
        self.place.mode = "text"
        return end + 3 - at

    def in_open(self, text, at, ch, n, nodes):
        m = re.match(r"[a-zA-Z][a-zA-Z0-9-]*", text[at:])
        if not m:
            raise self.wrong("a tag's name is missing")
        p = self.place
        p.tag = m.group(0).lower()
        if p.tag in FORBIDDEN_TAGS:
            raise self.wrong(f"<{p.tag}>: {FORBIDDEN_TAGS[p.tag]}")
        p.attributes, p.mode = {}, "tag"
        self.add("<" + m.group(0))
        return m.end()

    def in_close(self, text, at, ch, n, nodes):
        m = re.match(r"([a-zA-Z][a-zA-Z0-9-]*)\s*>", text[at:])
        if not m:
            raise self.wrong("a closing tag is its name and >")
        p, tag = self.place, m.group(1).lower()
        if not p.stack or p.stack[-1][0] != tag:
            other = f"<{p.stack[-1][0]}> of line {p.stack[-1][1]}" if p.stack else "nothing"
            raise self.wrong(f"</{tag}> closes {other}")
        p.stack.pop()
        p.mode = "text"
        self.add(f"</{m.group(1)}>")
        self.is_after_block = tag in BLOCK
        return m.end()

    def in_tag(self, text, at, ch, n, nodes):
        p = self.place
        m = re.match(r"\s*(/?>|/)|\s+", text[at:])
        if m:
            if m.group(1) == "/":
                raise self.wrong("/ stands only before >")
            if m.group(1):
                self.end_of_tag(m.group(1))
            return m.end()
        m = re.match(r"[a-zA-Z_:][a-zA-Z0-9_:.-]*", text[at:])
        if not m:
            raise self.wrong(f"not an attribute: {text[at:at + 10]!r}")
        name = m.group(0).lower()
        if name in p.attributes:
            raise self.wrong(f"{name} stands twice")
        if name.startswith("on") or name in ("style", "srcdoc"):
            raise self.wrong(f"{name}= is script or style within a page, which CSP refuses")
        p.attribute, p.mode = name, "name"
        p.attributes[name] = ""
        self.add(" " + m.group(0))
        return m.end()

    def in_name(self, text, at, ch, n, nodes):
        m = re.match(r"\s*=\s*", text[at:])
        if not m:
            self.place.mode = "tag"
            return 0
        self.add("=")
        self.place.mode = "equals"
        return m.end()

    def in_equals(self, text, at, ch, n, nodes):
        if ch not in "\"'":
            raise self.wrong(f"the value of {self.place.attribute} wants quotes")
        p = self.place
        p.quote, p.mode, p.url = ch, "value", "empty"
        self.add(ch)
        return 1

    def in_value(self, text, at, ch, n, nodes):
        p = self.place
        if ch == p.quote:
            self.add(ch)
            p.mode = "tag"
            return 1
        run = re.match(r"[^%s]+" % p.quote, text[at:]).group(0)
        if "<" in run:
            raise self.wrong(f"< within {p.attribute}=; is a quote missing?")
        if p.attribute in WORD_ATTRIBUTES and re.search(r"[^\W\d_]{2,}", run):
            raise self.wrong(f"{p.attribute}= holds words: put them into messages.def")
        scheme = re.match(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):", run)
        if p.attribute in URL_ATTRIBUTES and p.url == "empty":
            if scheme and scheme.group(1).lower() not in ("https", "http", "mailto"):
                raise self.wrong(f"no address begins with {scheme.group(1)}:")
            if re.match(r"[a-zA-Z]+\Z", run) and n + 1 < len(nodes):
                raise self.wrong("a value could make a scheme of the word before it")
        p.url = "begun"
        p.attributes[p.attribute] += run
        self.add(re.sub(r"\s+", " ", run))
        return len(run)

    def end_of_tag(self, end):
        p = self.place
        p.mode = "text"
        self.is_after_block = p.tag in BLOCK or p.tag == "svg"
        if p.tag == "script" and "src" not in p.attributes and p.attributes.get("type") != "application/json":
            raise self.wrong("a script has src=, or the type application/json")
        if p.tag in VOID:
            self.add(">")
            return
        if end == "/>":
            if p.tag not in SVG:
                raise self.wrong(f"<{p.tag}/> does not close itself")
            self.add("/>")
            return
        self.add(">")
        not_words = bool(p.stack and p.stack[-1][2]) or p.tag in NOT_WORDS or p.attributes.get("translate") == "no"
        p.stack.append((p.tag, self.line, not_words))
