#include <expat.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/sandbox.h"
#include "text/xlsx_internal.h"

#include "base/banned.h"

static void stop(struct xml *x, enum err code)
{
    x->code = code;
    XML_StopParser(x->parser, XML_FALSE);
}

static enum err xml_fault(struct xml *x, const char *reason)
{
    enum err e = FAULT(x->f, ERR_SHEET_XML, {"part", str_of(x->part)}, {"reason", str_of(reason)});
    return e;
}

static const char *local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void XMLCALL start_handler(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct xml *x = data;
    x->quiet = 0;
    if (x->code != OK)
        return;
    if (++x->depth > LIMIT_XML_DEPTH) {
        stop(x, xml_fault(x, "depth"));
        return;
    }
    enum err e = x->on_start(x, local(name), attributes);
    if (e != OK)
        stop(x, e);
}

static void XMLCALL end_handler(void *data, const XML_Char *name)
{
    struct xml *x = data;
    x->quiet = 0;
    if (x->code != OK)
        return;
    enum err e = x->on_end ? x->on_end(x, local(name)) : OK;
    x->depth--;
    if (e != OK)
        stop(x, e);
}

static void XMLCALL text_handler(void *data, const XML_Char *p, int n)
{
    struct xml *x = data;
    x->quiet = 0;
    if (x->code != OK || !x->on_text)
        return;
    enum err e = x->on_text(x, str_slice(p, (size_t)n));
    if (e != OK)
        stop(x, e);
}

/* No workbook needs a document type; entities that grow hide in one. */
static void XMLCALL doctype_handler(void *data, const XML_Char *name, const XML_Char *system_id,
                                    const XML_Char *public_id, int has_internal)
{
    (void)name, (void)system_id, (void)public_id, (void)has_internal;
    struct xml *x = data;
    if (x->code == OK)
        stop(x, FAULT(x->f, ERR_SHEET_DTD, {"part", str_of(x->part)}));
}

void xml_init(struct xml *x, const char *part, void *ctx, struct fault *f)
{
    *x = (struct xml){.parser = XML_ParserCreate(NULL), .part = part, .ctx = ctx, .f = f};
    if (!x->parser)
        sandbox_no_memory();
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, start_handler, end_handler);
    XML_SetCharacterDataHandler(x->parser, text_handler);
    XML_SetStartDoctypeDeclHandler(x->parser, doctype_handler);
}

enum err xml_feed(struct xml *x, const char *p, size_t n, bool is_last)
{
    if (x->code != OK)
        return x->code;
    must(n <= INT32_MAX);
    x->quiet += n;
    if (XML_Parse(x->parser, p, (int)n, is_last) != XML_STATUS_ERROR) {
        if (x->code == OK && x->quiet > LIMIT_XML_TOKEN_BYTES)
            x->code = xml_fault(x, "limit");
        return x->code;
    }
    enum XML_Error error = XML_GetErrorCode(x->parser);
    if (x->code != OK)
        return x->code;
    if (error == XML_ERROR_NO_MEMORY)
        sandbox_no_memory();
    char reason[80];
    snprintf(reason, sizeof reason, "%s:%lu", XML_ErrorString(error), XML_GetCurrentLineNumber(x->parser));
    return x->code = xml_fault(x, reason);
}

void xml_done(struct xml *x)
{
    XML_ParserFree(x->parser);
    x->parser = NULL;
}

const char *xml_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(local(attributes[0]), name) == 0)
            return attributes[1];
    return NULL;
}

bool xml_is_true(const char *value)
{
    return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0 || strcmp(value, "on") == 0);
}
