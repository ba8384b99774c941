package bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/**
 * The job by the Processor API: parse and re-key by area; then one blob a series in a store.
 *
 * <p>The series store is cached, so a series that changes often is written, and goes to its changelog, once a commit. Its
 * rows are held decoded on the heap as well; each change is put at once, because a commit may come after any record.
 * Reports are kept in a window store by the minute they occurred in: dropping old segments costs nothing.
 */
public final class ProcessorApi {
  private static final int CLASSES = Report.CLASSES.length;

  private ProcessorApi() {}

  static final class Rekey implements Processor<byte[], byte[], byte[], byte[]> {
    private final Report.Parser parser = new Report.Parser();
    private ProcessorContext<byte[], byte[]> context;

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      this.context = context;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      try {
        Report report = parser.parse(record.value());
        byte[] key = ByteBuffer.allocate(2).putShort((short) report.area).array();
        context.forward(record.withKey(key).withValue(report.toBytes()));
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
  }

  static final class Count implements Processor<byte[], byte[], byte[], byte[]> {
    private ProcessorContext<byte[], byte[]> context;
    private WindowStore<byte[], byte[]> reports;
    private KeyValueStore<Integer, byte[]> store;
    private final Series[][] series = new Series[1000][];
    private final Set<Integer> dirty = new HashSet<>(); // areas
    private final Set<Integer> open = new HashSet<>();  // rows
    private long clockMs;
    private int minute;

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      this.context = context;
      reports = context.getStateStore("reports");
      store = context.getStateStore("series");
      try (KeyValueIterator<Integer, byte[]> rows = store.all()) {
        while (rows.hasNext()) {
          KeyValue<Integer, byte[]> row = rows.next();
          Series restored = Series.fromBytes(row.value);
          areaOf(row.key / CLASSES)[row.key % CLASSES] = restored;
          if (restored.open) open.add(row.key);
          dirty.add(row.key / CLASSES); // its last aggregate may not have been sent
          minute = Math.max(minute, restored.now());
        }
      }
      clockMs = minute * 60_000L;
      context.schedule(Duration.ofMillis(100), PunctuationType.WALL_CLOCK_TIME, now -> sendAggregates());
    }

    private Series[] areaOf(int area) {
      if (series[area] == null) series[area] = new Series[CLASSES];
      return series[area];
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      clockMs = Math.max(clockMs, record.timestamp());
      int now = (int) (clockMs / 60_000);
      if (now > minute) {
        minute = now;
        for (int row : open.toArray(new Integer[0])) judge(row / CLASSES, row % CLASSES);
      }
      Report report = Report.fromBytes(record.value());
      long at = report.minute * 60_000L;
      byte[] held = reports.fetch(report.id, at);
      if (held != null && held[0] >= report.revision) return;
      reports.put(report.id, report.held(), at);
      if (held != null) count(report.area, held[1], ByteBuffer.wrap(held, 2, 4).getInt(), -1);
      count(report.area, report.klass, report.minute, 1);
    }

    private void count(int area, int klass, int at, int sign) {
      if (areaOf(area)[klass] == null) areaOf(area)[klass] = new Series();
      judge(area, klass); // what has fallen may rise again now
      Series counted = series[area][klass];
      counted.add(at, sign);
      judge(area, klass);
      store.put(area * CLASSES + klass, counted.toBytes());
      dirty.add(area);
    }

    private void judge(int area, int klass) {
      Series judged = series[area][klass];
      judged.advanceTo(minute);
      byte[] transition = Outputs.judge(judged, area, klass, clockMs);
      if (transition == null) return;
      int row = area * CLASSES + klass;
      if (judged.open) {
        open.add(row);
      } else {
        open.remove(row);
      }
      store.put(row, judged.toBytes());
      dirty.add(area);
      byte[] key = Outputs.alertId(judged, area, klass).getBytes(StandardCharsets.UTF_8);
      context.forward(new Record<>(key, transition, clockMs), "alerts");
    }

    private void sendAggregates() {
      for (int area : dirty.toArray(new Integer[0])) {
        for (int k = 0; k < CLASSES; ++k) {
          if (series[area][k] != null) judge(area, k);
        }
        byte[] key = Outputs.areaId(area).getBytes(StandardCharsets.UTF_8);
        context.forward(new Record<>(key, Outputs.aggregate(area, series[area], clockMs), clockMs), "aggregates");
      }
      dirty.clear();
    }
  }

  public static void main(String[] args) throws InterruptedException {
    ByteArrayDeserializer in = new ByteArrayDeserializer();
    ByteArraySerializer out = new ByteArraySerializer();
    String byArea = args[1] + ".by-area";
    Topology topology = new Topology();
    topology
        .addSource("raw", in, in, args[2])
        .addProcessor("rekey", Rekey::new, "raw")
        .addSink("to-areas", byArea, out, out, "rekey")
        .addSource("areas", in, in, byArea)
        .addProcessor("count", Count::new, "areas")
        .addStateStore(
            Stores.windowStoreBuilder(
                    Stores.persistentWindowStore("reports", Duration.ofHours(25), Duration.ofMinutes(1), false),
                    Serdes.ByteArray(), Serdes.ByteArray())
                .withLoggingEnabled(Map.of())
                .withCachingDisabled(),
            "count")
        .addStateStore(
            Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("series"), Serdes.Integer(), Serdes.ByteArray())
                .withLoggingEnabled(Map.of())
                .withCachingEnabled(),
            "count")
        .addSink("alerts", args[3], out, out, "count")
        .addSink("aggregates", args[4], out, out, "count");
    Properties properties = Common.properties(args);
    Common.run(topology, properties);
  }
}
