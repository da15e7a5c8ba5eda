-- A token bucket that several processes share, as the moment when it will be full (in microseconds of Redis's own clock).
-- ARGV: microseconds for one token, for a full bucket; tokens used already; tokens wanted.
-- Returns: tokens granted, tokens left, microseconds until there is one.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local one, full = tonumber(ARGV[1]), tonumber(ARGV[2])
local used, wanted = tonumber(ARGV[3]), tonumber(ARGV[4])

local state = redis.call('HMGET', KEYS[1], 'fullAt', 'full')
local missing = 0
if state[1] then
  missing = math.max(0, tonumber(state[1]) - now)
  -- After a change of the limit as much of it is used as was of the old one.
  if tonumber(state[2]) ~= full then
    missing = missing * full / tonumber(state[2])
  end
end

missing = missing + used * one
-- A thousandth of a token against the rounding of a clock with sixteen digits.
local left = math.floor((full - missing) / one + 0.001)
local granted = math.max(0, math.min(wanted, left))
missing = missing + granted * one

if missing > 0 then
  redis.call('HSET', KEYS[1], 'fullAt', string.format('%.3f', now + missing), 'full', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], math.ceil(missing / 1000) + 1000)
end
return {granted, math.max(0, left - granted), math.max(0, math.ceil(missing + one - full))}
