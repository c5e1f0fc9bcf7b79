/* Shared by the readers of figures and indexes: faults with their place, names with the nearest one. Not for other modules. */
#ifndef TINHSO_FIGURE_DECODE_H
#define TINHSO_FIGURE_DECODE_H

#include "register/declaration.h"

struct decode {
    struct arena *a;
    const struct province *province;
    struct str file;
    struct faults *list;
};

/* Adds the fault with the file and the place. */
void decode_fault(struct decode *d, struct yaml_place place, struct fault *f);
/* Lower-case letters, digits and hyphens, told as ERR_FIGURE_ID. */
bool decode_id(struct decode *d, struct str id, struct yaml_place place);
/* ERR_FIGURE_NAME with the nearest of the names. */
void decode_unknown(struct decode *d, const char *key, struct str name, const struct str *names, size_t n,
                    struct yaml_place place);
/* NULL after a fault. */
const struct reg *decode_register(struct decode *d, struct str name, struct yaml_place place);

/* Types as a bit set: DECODE_TYPE(FT_INTEGER) | …; 0 takes any. NO_FIELD after a fault. */
#define DECODE_TYPE(t) (1u << (t))
#define DECODE_NUMBERS (DECODE_TYPE(FT_INTEGER) | DECODE_TYPE(FT_NUMBER) | DECODE_TYPE(FT_MONEY))
int decode_field(struct decode *d, const char *key, const struct reg *reg, struct str name, unsigned types,
                 struct yaml_place place);

/* Parses every file under folder ("figures/") in turn. */
typedef void decode_document(struct decode *d, const struct yaml *root, void *ctx);
void decode_folder(struct decode *d, struct str folder, decode_document *read, void *ctx);

#endif
