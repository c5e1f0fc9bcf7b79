#include "http/body.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypt/ed25519.h"

#include "base/banned.h"

void body_init(struct body *b)
{
    *b = (struct body){.text = BUF_INIT(LIMIT_HTTP_BODY_BYTES), .file = -1};
}

bool body_to_file(struct body *b, _Atomic int *n_files)
{
    if (atomic_fetch_add_explicit(n_files, 1, memory_order_relaxed) < LIMIT_HTTP_UPLOADS)
        b->file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (b->file < 0)
        atomic_fetch_sub_explicit(n_files, 1, memory_order_relaxed);
    return b->file >= 0;
}

bool body_add(struct body *b, struct str piece)
{
    if (b->file >= 0)
        return file_write_all(b->file, piece, "/tmp", NULL) == OK;
    buf_str(&b->text, piece);
    return !b->text.is_full;
}

struct str body_whole(struct body *b)
{
    struct stat st;
    if (b->file < 0)
        return buf_view(&b->text);
    if (!b->mapped.n && fstat(b->file, &st) == 0 && st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, b->file, 0);
        if (p != MAP_FAILED)
            b->mapped = str_slice(p, (size_t)st.st_size);
    }
    return b->mapped;
}

void body_end(struct body *b, _Atomic int *n_files)
{
    if (b->mapped.n)
        munmap((void *)(uintptr_t)b->mapped.p, b->mapped.n);
    if (b->file >= 0) {
        close(b->file);
        atomic_fetch_sub_explicit(n_files, 1, memory_order_relaxed);
    }
    if (b->text.cap) {
        memory_wipe(b->text.p, b->text.n); /* a password, may be; whether it was taken or refused */
        buf_done(&b->text);
    }
    body_init(b);
}
