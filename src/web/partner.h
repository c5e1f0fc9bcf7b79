/* The desk of partners: who may open it. */
#ifndef TINHSO_WEB_PARTNER_H
#define TINHSO_WEB_PARTNER_H

#include "web/site.h"

/* Whoever publishes procedures or administers dossiers. */
bool partner_is_open(const struct exchange *x);

#endif
