/* Whether a file that somebody sent can be read: what it is by its own bytes, whole, not locked, how many pages.
 *
 *     struct file_facts facts;
 *     if (file_check(name, bytes, NULL, &facts, f) != OK) …            // told to the sender in words; facts.media, facts.pages
 *
 * PDF, JPEG and PNG. The bytes are looked at in a sandboxed child (base/sandbox.h): the parent reads three numbers from it. The name is for messages, and says nothing
 * of the kind. Pages of a PDF are counted where its page tree is readable; 0: not known.
 *
 * A virus scanner may be declared: a program with its arguments, parted by blanks, to which the path of the file is added. It runs as ogr2ogr does (sandbox_run: no network, reads
 * the file and system libraries alone); ending with 0 it lets the file pass, with anything else it refuses, and the last line it said is told.
 *
 * Errors: ERR_FILE_EMPTY, ERR_FILE_KIND, ERR_FILE_LARGE, ERR_FILE_BROKEN, ERR_FILE_ENCRYPTED, ERR_FILE_VIRUS, those of the sandbox.
 */
#ifndef TINHSO_REGISTER_FILE_CHECK_H
#define TINHSO_REGISTER_FILE_CHECK_H

#include "base/fault.h"
#include "base/str.h"

struct file_facts {
    const char *media; /* a literal: application/pdf, image/jpeg, image/png */
    int pages;
};

enum err file_check(struct str name, struct str bytes, const char *scanner, struct file_facts *ret_facts,
                    struct fault *f);

#endif
