"""Files as people attach them: pdf(pages, words of its trailer), png(), jpeg(), each as small as it may be."""
import zlib


def pdf(pages=1, extra=b""):
    kids = b" ".join(b"%d 0 R" % (3 + i) for i in range(pages))
    out = (b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count %d/Kids[%s]>>endobj\n"
           % (pages, kids))
    for i in range(pages):
        out += b"%d 0 obj<</Type /Page/Parent 2 0 R>>endobj\n" % (3 + i)
    at = len(out)
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 9" + extra + b">>\n"
    return out + table + b"startxref\n%d\n%%%%EOF\n" % at


def png():
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0") + chunk(b"IDAT",
         zlib.compress(b"\0\0"))
            + chunk(b"IEND", b""))


def jpeg():
    return (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + b"\xff\xc0\0\x0b\x08\0\1\0\1\1\1\x11\0"
            + b"\xff\xda\0\x08\1\1\0\0?\0" + b"\x12\x34" + b"\xff\xd9")
