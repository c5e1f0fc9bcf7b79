/* The one table of routes. Handlers are declared in site.h and lie in api_*.c and page_*.c; those of the server itself, in http/system.c. */
#include "web/site.h"

#include "base/banned.h"

static const struct input asset_inputs[] = {
    {.name = "hash", .in = IN_PATH, .type = INPUT_NAME},
    {.name = "name", .in = IN_PATH, .type = INPUT_NAME},
    INPUT_END,
};
static const struct input search_inputs[] = {
    {.name = "q", .in = IN_QUERY, .type = INPUT_TEXT, .max = 200, .title = {STR("từ cần tìm"), STR("words")}},
    INPUT_END,
};

#define PAGE .method = METHOD_GET, .formats = FORMAT_BIT(FORMAT_HTML), .tag = "pages"

const struct route site_routes[] = {
    {.method = METHOD_GET,
     .path = "/assets/{hash}/{name}",
     .id = "asset",
     .title = {STR("Kiểu dáng và mã của trang"), STR("Styles and scripts of pages")},
     .inputs = asset_inputs,
     .formats = FORMAT_BIT(FORMAT_BYTES),
     .flags = IS_LIVE | IS_HIDDEN,
     .cost = COST_CONSTANT,
     .tag = "pages",
     .answer = answer_asset},
    {PAGE, .path = "/", .id = "home", .title = {STR("Trang chủ"), STR("Home page")}, .flags = TAKES_AT | IS_HIDDEN,
     .cost = COST_PAGE, .answer = page_home},
    {PAGE, .path = "/search", .id = "search", .title = {STR("Tìm kiếm"), STR("Search")}, .inputs = search_inputs,
     .flags = TAKES_AT | IS_HIDDEN, .cost = COST_SCAN, .answer = page_search},
    {PAGE, .path = "/about", .id = "about", .title = {STR("Cách đếm"), STR("How we count")},
     .flags = TAKES_AT | IS_HIDDEN, .cost = COST_KEY, .answer = page_about},
    ROUTE_END,
};
