/* The child: maps the file, sees what it is, and reads it. */
#include <sys/mman.h>

#include "text/sheet_internal.h"

#include "base/banned.h"

enum { SNIFF_BYTES = 64 << 10 };

static bool has_bytes(struct str s, const char *p, size_t n)
{
    return memmem(s.p, s.n, p, n) != NULL;
}

/* A compound file: either a workbook from before 2007 or the wrapping of an encrypted one (MS-OFFCRYPTO §2.3.4.4). */
static enum err compound(struct str file, struct fault *f)
{
    static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    return has_bytes(file, name, sizeof name) ? FAULT(f, ERR_SHEET_ENCRYPTED) : FAULT(f, ERR_SHEET_OLD);
}

static bool is_text(struct str file)
{
    struct str start = str_slice(file.p, file.n < SNIFF_BYTES ? file.n : SNIFF_BYTES);
    bool is_wide = str_starts(start, STR("\xFF\xFE")) || str_starts(start, STR("\xFE\xFF"));
    if (str_starts(start, STR("%PDF-")) || str_starts(start, STR("\x7F"
                                                                 "ELF")))
        return false;
    struct encoding_guess g = {0};
    if (!is_wide && memchr(start.p, 0, start.n))
        encoding_detect(start, &g);
    return is_wide || g.encoding == ENCODING_UTF16LE || g.encoding == ENCODING_UTF16BE || !memchr(start.p, 0, start.n);
}

static enum err read_any(struct str file, const struct sheet_job *job, struct sheet_out *out, struct fault *f)
{
    if (str_starts(file, STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")))
        return compound(file, f);
    if (str_starts(file, STR("PK\x03\x04")) || str_starts(file, STR("PK\x05\x06")))
        return sheet_xlsx(file, job, out, f);
    if (!is_text(file))
        return FAULT(f, ERR_SHEET_FORMAT);
    return sheet_csv(file, job, out, f);
}

int sheet_child(void *ctx, int out_fd)
{
    const struct sheet_job *job = ctx;
    struct sheet_out out;
    struct fault f = {0};
    sheet_out_init(&out, out_fd, job->file_bytes);
    const char *p = mmap(NULL, job->file_bytes, PROT_READ, MAP_PRIVATE, job->fd, 0);
    if (p == MAP_FAILED)
        return 1;
    enum err e = read_any(str_slice(p, job->file_bytes), job, &out, &f);
    if (e == OK)
        sheet_out_end(&out);
    else
        sheet_out_fault(&out, &f);
    return 0;
}
