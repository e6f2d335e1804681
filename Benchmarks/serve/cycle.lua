-- wrk's side of load.py: sends the bodies of a file in turn, counts answers by status, prints one line of JSON.
--
--   wrk … -s cycle.lua http://127.0.0.1:7700/search -- BODIES [unique]
--
-- BODIES has one JSON body a line. With "unique" each @ in a body becomes a number that never comes twice.

local bodies = {}
local sent = 0
local unique = false
local threads = {}
counts = ""
local seen = {}
late = 0

function setup(thread)
  table.insert(threads, thread)
  thread:set("place", #threads)
end

function init(arguments)
  for line in io.lines(arguments[1]) do table.insert(bodies, line) end
  unique = arguments[2] == "unique"
  wrk.headers["Content-Type"] = "application/json"
  -- Each thread begins elsewhere.
  sent = place * 7919
end

function request()
  sent = sent + 1
  local body = bodies[sent % #bodies + 1]
  if unique then body = body:gsub("@", place .. "x" .. sent) end
  return wrk.format("POST", nil, nil, body)
end

function response(status, headers)
  seen[status] = (seen[status] or 0) + 1
  if status == 503 and not (headers["Retry-After"] or headers["retry-after"]) then late = late + 1 end
  counts = ""
  for key, value in pairs(seen) do counts = counts .. key .. "=" .. value .. " " end
end

function done(summary, latency, requests)
  local total = {}
  local without = 0
  for _, thread in ipairs(threads) do
    without = without + thread:get("late")
    for status, count in thread:get("counts"):gmatch("(%d+)=(%d+)") do
      total[status] = (total[status] or 0) + tonumber(count)
    end
  end
  local statuses = {}
  for status, count in pairs(total) do table.insert(statuses, string.format('"%s":%d', status, count)) end
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"statuses":{%s},"socket_errors":%d,"without_retry_after":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, table.concat(statuses, ","),
    errors.connect + errors.read + errors.write + errors.timeout, without))
end
