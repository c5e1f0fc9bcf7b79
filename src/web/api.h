/* The handlers of /api; routes.c names them in its table. */
#ifndef TINHSO_WEB_API_H
#define TINHSO_WEB_API_H

#include "http/http.h"

/* A short text of an answer for machines in the reader's language; pages have theirs in web/messages.def. */
#define T(x, vi, en) ((x)->lang == LANG_EN ? (en) : (vi))

/* A file made for this answer alone: `write` makes it at the path, which nobody else can name; it is sent by its descriptor and gone. api_items.c */
enum err api_answer_file(struct exchange *x, enum err (*write)(void *ctx, const char *path, struct fault *f), void *ctx,
                         struct fault *f);

/* Readers of HTML are led to the page that shows the same; all that was asked, but `f`, goes along. The path may have a query. api_features.c */
enum err api_to_page(struct exchange *x, const char *path);

/* OGC API – Features: api_features.c, api_items.c, api_write.c */
answer_fn api_landing, api_conformance, api_collections, api_collection, api_schema, api_queryables, api_sortables,
    api_functions;
answer_fn api_items, api_item;
answer_fn api_item_create, api_item_replace, api_item_update, api_item_delete;

/* api_figures.c */
answer_fn api_figures, api_figure, api_figure_records, api_indexes, api_index_latest, api_index, api_reports,
    api_report;

/* api_openapi.c */
answer_fn api_openapi;

/* api_nodes.c */
answer_fn api_node_join, api_node_steps, api_node_refresh, api_node_file;

/* api_catalogue.c */
answer_fn api_catalogue, api_feed_posts, api_feed_figures, api_sitemap, api_robots, api_security;

/* api_log.c */
answer_fn api_log_checkpoint, api_log_key, api_log_tile, api_log_revisions, api_log_revision, api_log_records,
    api_log_proof;

#endif
