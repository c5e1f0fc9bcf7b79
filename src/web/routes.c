/* The one table of routes. Handlers lie in api_*.c and page_*.c; those of the server itself, in http/system.c. */
#include "base/limits.h"
#include "web/api.h"
#include "web/site.h"

#include "base/banned.h"

#define JSON_AND_HTML (FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_HTML))
#define FEATURE_FORMATS (FORMAT_BIT(FORMAT_GEOJSON) | FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_HTML))

#define IN_REGISTER                                                                                                    \
    {                                                                                                                  \
        .name = "register", .in = IN_PATH, .type = INPUT_NAME, .title = { STR("Sổ đăng ký"), STR("Register") }         \
    }
#define IN_ID                                                                                                          \
    {                                                                                                                  \
        .name = "id", .in = IN_PATH, .type = INPUT_TEXT, .max = 400, .title = {                                        \
            STR("Khóa của bản ghi"),                                                                                   \
            STR("Id of a record")                                                                                      \
        }                                                                                                              \
    }
#define IN_CRS(input, vi, en)                                                                                          \
    {                                                                                                                  \
        .name = input, .in = IN_QUERY, .type = INPUT_TEXT, .max = 100, .title = { STR(vi), STR(en) }                   \
    }
#define IN_PROPERTIES                                                                                                  \
    {                                                                                                                  \
        .name = "properties", .in = IN_QUERY, .type = INPUT_TEXT, .max = 4000, .title = {                              \
            STR("Chỉ những trường này, cách nhau bằng dấu phẩy"),                                                      \
            STR("Only these fields, separated by commas")                                                              \
        }                                                                                                              \
    }

static const struct input register_inputs[] = {IN_REGISTER, INPUT_END};

static const struct input items_inputs[] = {
    IN_REGISTER,
    {.name = "bbox",
     .in = IN_QUERY,
     .type = INPUT_BBOX,
     .title = {STR("Khung tọa độ: tây, nam, đông, bắc"), STR("Box: west, south, east, north")}},
    IN_CRS("bbox-crs", "Hệ tọa độ của bbox", "Coordinate system of bbox"),
    {.name = "datetime",
     .in = IN_QUERY,
     .type = INPUT_INTERVAL,
     .title = {STR("Ngày, thời điểm hoặc khoảng a/b"), STR("Date, instant, or interval a/b")}},
    {.name = "filter",
     .in = IN_QUERY,
     .type = INPUT_TEXT,
     .max = LIMIT_HTTP_TARGET_BYTES,
     .title = {STR("Bộ lọc CQL2"), STR("CQL2 filter")}},
    {.name = "filter-lang",
     .in = IN_QUERY,
     .type = INPUT_CHOICE,
     .choices = "cql2-text|cql2-json",
     .title = {STR("Cách viết bộ lọc"), STR("Notation of the filter")}},
    IN_CRS("filter-crs", "Hệ tọa độ của bộ lọc", "Coordinate system of the filter"),
    {.name = "q",
     .in = IN_QUERY,
     .type = INPUT_TEXT,
     .max = 200,
     .title = {STR("Tìm theo từ, không cần dấu"), STR("Words to search for, accents optional")}},
    {.name = "sortby",
     .in = IN_QUERY,
     .type = INPUT_TEXT,
     .max = 1000,
     .title = {STR("Xếp theo trường; dấu - là giảm dần"), STR("Fields to sort by; - descends")}},
    IN_PROPERTIES,
    IN_CRS("crs", "Hệ tọa độ của câu trả lời", "Coordinate system of the answer"),
    {.name = "limit",
     .in = IN_QUERY,
     .type = INPUT_INTEGER,
     .min = 1,
     .max = LIMIT_PAGE_RECORDS,
     .standard = 10,
     .title = {STR("Số bản ghi một trang"), STR("Records a page")}},
    {.name = "after",
     .in = IN_QUERY,
     .type = INPUT_TEXT,
     .max = LIMIT_HTTP_TEXT_BYTES,
     .title = {STR("Dấu trang, lấy từ liên kết next"), STR("Place, out of a next link")}},
    {.name = "count",
     .in = IN_QUERY,
     .type = INPUT_CHOICE,
     .choices = "exact",
     .title = {STR("Đếm hết số bản ghi khớp"), STR("Count all that match")}},
    {.name = "{field}",
     .in = IN_QUERY,
     .type = INPUT_TEXT,
     .is_open = true,
     .title = {STR("Bằng giá trị này ở trường ấy"), STR("Equals this value in that field")}},
    INPUT_END,
};

static const struct input item_inputs[] = {
    IN_REGISTER, IN_ID, IN_PROPERTIES, IN_CRS("crs", "Hệ tọa độ của câu trả lời", "Coordinate system of the answer"),
    INPUT_END};

static const struct input asset_inputs[] = {
    {.name = "hash", .in = IN_PATH, .type = INPUT_NAME},
    {.name = "name", .in = IN_PATH, .type = INPUT_NAME},
    INPUT_END,
};
static const struct input search_inputs[] = {
    {.name = "q", .in = IN_QUERY, .type = INPUT_TEXT, .max = 200, .title = {STR("từ cần tìm"), STR("words")}},
    INPUT_END,
};

#define PAGE .method = METHOD_GET, .formats = FORMAT_BIT(FORMAT_HTML), .standard = FORMAT_HTML, .tag = "pages"

const struct route site_routes[] = {
    {METHOD_GET,
     "/api",
     "landing",
     {STR("Trang đầu của giao diện mở"), STR("Landing page of the open interface")},
     NULL,
     JSON_AND_HTML,
     FORMAT_JSON,
     TAKES_AT,
     RIGHT_PUBLIC,
     COST_KEY,
     "features",
     api_landing},
    {METHOD_GET,
     "/api/conformance",
     "conformance",
     {STR("Các lớp tuân thủ"), STR("Conformance classes")},
     NULL,
     FORMAT_BIT(FORMAT_JSON),
     FORMAT_JSON,
     0,
     RIGHT_PUBLIC,
     COST_KEY,
     "features",
     api_conformance},
    {METHOD_GET,
     "/api/collections",
     "collections",
     {STR("Các sổ đăng ký"), STR("Registers")},
     NULL,
     JSON_AND_HTML,
     FORMAT_JSON,
     TAKES_AT,
     RIGHT_PUBLIC,
     COST_PAGE,
     "features",
     api_collections},
    {METHOD_GET,
     "/api/collections/{register}",
     "collection",
     {STR("Một sổ đăng ký"), STR("One register")},
     register_inputs,
     JSON_AND_HTML,
     FORMAT_JSON,
     TAKES_AT,
     RIGHT_PUBLIC,
     COST_KEY,
     "features",
     api_collection},
    {METHOD_GET,
     "/api/collections/{register}/schema",
     "schema",
     {STR("Cấu trúc bản ghi"), STR("Schema of its records")},
     register_inputs,
     FORMAT_BIT(FORMAT_SCHEMA) | FORMAT_BIT(FORMAT_JSON),
     FORMAT_SCHEMA,
     TAKES_AT,
     RIGHT_PUBLIC,
     COST_KEY,
     "features",
     api_schema},
    {METHOD_GET,
     "/api/collections/{register}/queryables",
     "queryables",
     {STR("Những trường lọc được"), STR("Fields to filter by")},
     register_inputs,
     FORMAT_BIT(FORMAT_SCHEMA) | FORMAT_BIT(FORMAT_JSON),
     FORMAT_SCHEMA,
     TAKES_AT,
     RIGHT_PUBLIC,
     COST_KEY,
     "features",
     api_queryables},
    {METHOD_GET,
     "/api/collections/{register}/sortables",
     "sortables",
     {STR("Những trường xếp thứ tự được"), STR("Fields to sort by")},
     register_inputs,
     FORMAT_BIT(FORMAT_SCHEMA) | FORMAT_BIT(FORMAT_JSON),
     FORMAT_SCHEMA,
     TAKES_AT,
     RIGHT_PUBLIC,
     COST_KEY,
     "features",
     api_sortables},
    {METHOD_GET,
     "/api/collections/{register}/items",
     "items",
     {STR("Các bản ghi, từng trang"), STR("Records, page by page")},
     items_inputs,
     FEATURE_FORMATS | FORMAT_BIT(FORMAT_CSV) | FORMAT_BIT(FORMAT_XLSX),
     FORMAT_GEOJSON,
     TAKES_AT,
     RIGHT_PUBLIC,
     COST_PAGE,
     "features",
     api_items},
    {METHOD_GET,
     "/api/collections/{register}/items/{id}",
     "item",
     {STR("Một bản ghi"), STR("One record")},
     item_inputs,
     FEATURE_FORMATS,
     FORMAT_GEOJSON,
     TAKES_AT,
     RIGHT_PUBLIC,
     COST_KEY,
     "features",
     api_item},
    {.method = METHOD_GET,
     .path = "/assets/{hash}/{name}",
     .id = "asset",
     .title = {STR("Kiểu dáng và mã của trang"), STR("Styles and scripts of pages")},
     .inputs = asset_inputs,
     .formats = FORMAT_BIT(FORMAT_BYTES),
     .standard = FORMAT_BYTES,
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
