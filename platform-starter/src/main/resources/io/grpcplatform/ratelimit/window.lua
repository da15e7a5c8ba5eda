-- A sliding window that several processes share: how many passed in each sixtieth of it, by the number of that sixtieth.
-- ARGV: the amount that may pass in a window; microseconds of a slot; used already; wanted.
-- Returns: granted, left, microseconds until there is one.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local amount, length = tonumber(ARGV[1]), tonumber(ARGV[2])
local used, wanted = tonumber(ARGV[3]), tonumber(ARGV[4])
local slot = math.floor(now / length)

local counts, counted = {}, used
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local at = tonumber(all[i])
  if at < slot - 60 then
    redis.call('HDEL', KEYS[1], all[i])
  else
    counts[at] = tonumber(all[i + 1])
    counted = counted + counts[at]
  end
end

local granted = math.max(0, math.min(wanted, amount - counted))
if used + granted > 0 then
  redis.call('HINCRBY', KEYS[1], string.format('%.0f', slot), used + granted)
  redis.call('PEXPIRE', KEYS[1], math.ceil(62 * length / 1000))
end
counted = counted + granted

local wait, at, still = 0, slot - 60, counted
while still >= amount and at <= slot do
  still = still - (counts[at] or 0)
  at = at + 1
  wait = (at + 60) * length - now
end
return {granted, math.max(0, amount - counted), math.ceil(wait)}
