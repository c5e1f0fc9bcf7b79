/* A file that came with a request: read in the sandbox, looked at by the virus scanner where one is declared. */
#include "crypt/hash.h"
#include "register/file_check.h"
#include "web/apply.h"

#include "base/banned.h"

/* Names are shown and kept: no folder, at most so many bytes. */
static struct str tidy_name(struct exchange *x, struct str name)
{
    enum { NAME_BYTES = 200 };
    if (name.n <= NAME_BYTES)
        return name.n ? name : STR("tep");
    struct str tail = str_slice(name.p + name.n - NAME_BYTES, NAME_BYTES);
    while (tail.n && ((unsigned char)tail.p[0] & 0xc0) == 0x80)
        tail = str_slice(tail.p + 1, tail.n - 1);
    return str_dup(x->arena, tail);
}

enum err apply_file_take(struct exchange *x, const struct upload *up, int64_t component, struct draft_file *ret,
                         struct fault *f)
{
    struct worker *w = x->worker;
    struct file_facts facts;
    struct digest digest;
    struct buf hex = BUF_INIT(80);
    struct str name = tidy_name(x, up->name);
    enum err e = file_check(name, up->content, w->site->virus_check, &facts, f);
    if (e != OK)
        return e;
    sha256(up->content, &digest);
    digest_hex(&digest, &hex);
    *ret = (struct draft_file){.component = component,
                               .pages = facts.pages,
                               .name = name,
                               .media = str_of(facts.media),
                               .sha256 = buf_move(&hex, x->arena),
                               .origin = STR("uploaded"),
                               .source = STR(""),
                               .bytes = up->content,
                               .size = (int64_t)up->content.n};
    return OK;
}
