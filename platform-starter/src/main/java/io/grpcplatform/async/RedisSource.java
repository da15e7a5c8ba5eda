package io.grpcplatform.async;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.grpcplatform.async.CallCarrier.Parcel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.RecordId;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;
import org.springframework.util.ObjectUtils;

/**
 * One consumer of one stream. It reads first what it was given before and did not acknowledge, then
 * what is new, and from time to time what others were given and left.
 */
final class RedisSource implements ParcelSource {

  private static final String GROUP = "platform";

  /** Spring has no command for it (3.5). */
  private static final String CLAIM =
      "return redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4],"
          + " 'COUNT', ARGV[5])";

  /** Each process has a name of its own; the script makes sure that no entry goes with a name. */
  private static final String FORGET =
      """
      for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
        local seen = {}
        for i = 1, #consumer, 2 do seen[consumer[i]] = consumer[i + 1] end
        if seen['pending'] == 0 and seen['idle'] > tonumber(ARGV[2]) then
          redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], seen['name'])
        end
      end
      return 0
      """;

  /**
   * @param consumer the name of this process in the group, which no other has
   * @param claimAfter how long an entry is left to the consumer that was given it
   * @param batch how many entries are read at once
   */
  record Settings(String consumer, Duration claimAfter, int batch) {}

  private final RedisConnection connection;
  private final String queue;
  private final byte[] key;
  private final Settings settings;
  private final LongSupplier ticker;
  private String ownPosition = "0";
  private boolean ownLeft = true;
  private String claimPosition = "0-0";
  private long nextClaim;
  private RecordId[] given = {};

  private RedisSource(
      RedisConnection connection, String queue, Settings settings, LongSupplier ticker) {
    this.connection = connection;
    this.queue = queue;
    this.key = queue.getBytes(UTF_8);
    this.settings = settings;
    this.ticker = ticker;
    this.nextClaim = ticker.getAsLong();
  }

  static RedisSource open(
      RedisConnection connection, String queue, Settings settings, LongSupplier ticker) {
    RedisSource source = new RedisSource(connection, queue, settings, ticker);
    try {
      connection.streamCommands().xGroupCreate(source.key, GROUP, ReadOffset.from("0"), true);
    } catch (DataAccessException failed) {
      if (!String.valueOf(failed.getMostSpecificCause().getMessage()).startsWith("BUSYGROUP")) {
        throw failed;
      }
    }
    return source;
  }

  @Override
  public List<Parcel> next() {
    List<Parcel> parcels = List.of();
    given = new RecordId[0];
    if (ownLeft) {
      parcels = parcels(read(ReadOffset.from(ownPosition), false));
      ownLeft = given.length > 0;
      ownPosition = ownLeft ? given[given.length - 1].getValue() : ownPosition;
    }
    if (given.length == 0 && ticker.getAsLong() - nextClaim >= 0) {
      parcels = claim();
    }
    parcels = given.length > 0 ? parcels : parcels(read(ReadOffset.lastConsumed(), true));
    if (parcels.isEmpty() && given.length > 0) {
      acknowledge(); // nothing is left of them to take over
    }
    return parcels;
  }

  private @Nullable List<ByteRecord> read(ReadOffset from, boolean wait) {
    StreamReadOptions options = StreamReadOptions.empty().count(settings.batch());
    // What it takes is an array of a generic type, which Java itself does not make quietly.
    StreamOffset<byte[]>[] offsets =
        ObjectUtils.addObjectToArray(null, StreamOffset.create(key, from));
    return connection
        .streamCommands()
        .xReadGroup(
            Consumer.from(GROUP, settings.consumer()),
            wait ? options.block(Duration.ofMillis(WAIT_MILLIS)) : options,
            offsets);
  }

  private List<Parcel> parcels(@Nullable List<ByteRecord> records) {
    List<Parcel> parcels = new ArrayList<>();
    List<RecordId> ids = new ArrayList<>();
    for (ByteRecord entry : records == null ? List.<ByteRecord>of() : records) {
      Map<String, byte[]> fields = new HashMap<>();
      // Null for an entry that was deleted while it was still ours to acknowledge.
      if (entry.getValue() == null) {
        ids.add(entry.getId());
      } else {
        entry.getValue().forEach((name, value) -> fields.put(new String(name, UTF_8), value));
        add(entry.getId(), fields, ids, parcels);
      }
    }
    given = ids.toArray(RecordId[]::new);
    return parcels;
  }

  private void add(
      RecordId id, Map<String, byte[]> fields, List<RecordId> ids, List<Parcel> parcels) {
    ids.add(id);
    byte[] name = fields.getOrDefault("id", id.getValue().getBytes(UTF_8));
    // What others wrote may have no body; the receiver knows what to do with what is no message.
    byte[] body = fields.getOrDefault("body", new byte[0]);
    parcels.add(new Parcel(queue, new String(name, UTF_8), ByteString.copyFrom(body)));
  }

  private List<Parcel> claim() {
    List<?> reply =
        script(
            CLAIM,
            ReturnType.MULTI,
            settings.consumer(),
            Long.toString(settings.claimAfter().toMillis()),
            claimPosition,
            Integer.toString(settings.batch()));
    claimPosition = text(reply.get(0));
    List<Parcel> parcels = new ArrayList<>();
    List<RecordId> ids = new ArrayList<>();
    for (Object entry : (List<?>) reply.get(1)) {
      if (entry instanceof List<?> pair && pair.get(1) instanceof List<?> flat) {
        Map<String, byte[]> fields = new HashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
          fields.put(text(flat.get(i)), (byte[]) flat.get(i + 1));
        }
        add(RecordId.of(text(pair.get(0))), fields, ids, parcels);
      }
    }
    given = ids.toArray(RecordId[]::new);
    if (claimPosition.equals("0-0")) {
      nextClaim = ticker.getAsLong() + settings.claimAfter().dividedBy(2).toNanos();
      script(
          FORGET,
          ReturnType.INTEGER,
          Long.toString(settings.claimAfter().multipliedBy(10).toMillis()));
    }
    return parcels;
  }

  private List<?> script(String script, ReturnType type, String... arguments) {
    byte[][] all = new byte[arguments.length + 2][];
    all[0] = key;
    all[1] = GROUP.getBytes(UTF_8);
    for (int i = 0; i < arguments.length; i++) {
      all[i + 2] = arguments[i].getBytes(UTF_8);
    }
    Object reply = connection.scriptingCommands().eval(script.getBytes(UTF_8), type, 1, all);
    return reply instanceof List<?> list ? list : List.of();
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, UTF_8);
  }

  @Override
  public void acknowledge() {
    connection.openPipeline();
    connection.streamCommands().xAck(key, GROUP, given);
    connection.streamCommands().xDel(key, given);
    connection.closePipeline();
  }

  @Override
  public void close() {
    connection.close();
  }
}
