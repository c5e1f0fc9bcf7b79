-- wrk's side of bench/web.py: paths drawn at random from a file, an Authorization where one is given, one line of JSON
-- at the end.
--   wrk … -s paths.lua URL -- FILE SEED [AUTHORIZATION]
local requests = {}

function init(args)
    local first, last = "GET ", " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] .. "\r\n"
    if args[3] then
        last = last .. "Authorization: " .. args[3] .. "\r\n"
    end
    last = last .. "\r\n"
    for path in io.lines(args[1]) do
        requests[#requests + 1] = first .. path .. last
    end
    math.randomseed(tonumber(args[2]))
end

function request()
    return requests[math.random(#requests)]
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %f, "errors": %d, "wrong": %d, "p50_ms": %f, "p99_ms": %f}\n', summary.requests,
        summary.duration / 1e6, e.connect + e.read + e.write + e.timeout, e.status, latency:percentile(50) / 1000,
        latency:percentile(99) / 1000))
end
