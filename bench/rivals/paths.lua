-- wrk's side of bench/web.py: paths drawn at random from a file, one line of JSON at the end. A path may be followed by
-- a blank and a cookie; an Authorization goes with all where one is given.
--   wrk … -s paths.lua URL -- FILE SEED [AUTHORIZATION]
local requests = {}

function init(args)
    local first, head = "GET ", " HTTP/1.1\r\nHost: " .. wrk.headers["Host"]
    local last = args[3] and "\r\nAuthorization: " .. args[3] .. "\r\n\r\n" or "\r\n\r\n"
    for line in io.lines(args[1]) do
        local path, cookie = line:match("^(%S+) (%S+)$")
        requests[#requests + 1] = first .. (path or line) .. head .. (cookie and "\r\nCookie: " .. cookie or "") .. last
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
