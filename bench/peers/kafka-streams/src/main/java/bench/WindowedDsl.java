package bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The job as the documentation teaches it: hopping windows that advance by a minute, for each (area, class) and for all.
 *
 * <p>A report is in 60, 360 and 1,440 windows at once, and each is a row. Its results are not compared; it stands here for
 * what it costs.
 */
public final class WindowedDsl {
  private WindowedDsl() {}

  /** The report before and the report now, as counts to take back and to add: "area/class/sign". */
  static final class Revise implements FixedKeyProcessor<byte[], byte[], List<String>> {
    private final Report.Parser parser = new Report.Parser();
    private FixedKeyProcessorContext<byte[], List<String>> context;
    private KeyValueStore<String, String> latest;

    @Override
    public void init(FixedKeyProcessorContext<byte[], List<String>> context) {
      this.context = context;
      latest = context.getStateStore("latest");
    }

    @Override
    public void process(FixedKeyRecord<byte[], byte[]> record) {
      Report report;
      try {
        report = parser.parse(record.value());
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
      String id = new String(report.id, StandardCharsets.US_ASCII);
      String before = latest.get(id);
      if (before != null && Integer.parseInt(before.split(" ")[0]) >= report.revision) return;
      String now = Outputs.areaId(report.area) + "/" + Report.CLASSES[report.klass];
      latest.put(id, report.revision + " " + now);
      List<String> changes = before == null ? Collections.singletonList(now + "/1")
          : Arrays.asList(before.split(" ")[1] + "/-1", now + "/1");
      context.forward(record.withValue(changes).withTimestamp(report.minute * 60_000L));
    }
  }

  public static void main(String[] args) throws InterruptedException {
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore(
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("latest"), Serdes.String(), Serdes.String()));
    KStream<String, Long> changes = builder
        .stream(args[2], Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .processValues(Revise::new, "latest")
        .flatMap((key, list) -> list.stream().map(text -> {
          int at = text.lastIndexOf('/');
          return KeyValue.pair(text.substring(0, at), Long.parseLong(text.substring(at + 1)));
        }).toList());
    KGroupedStream<String, Long> byClass = changes.groupByKey(Grouped.with("by-class", Serdes.String(), Serdes.Long()));
    KGroupedStream<String, Long> byArea = changes.groupBy((key, value) -> key.substring(0, key.indexOf('/')) + "/all",
        Grouped.with("by-area", Serdes.String(), Serdes.Long()));
    for (int hours : new int[] {1, 6, 24}) {
      for (KGroupedStream<String, Long> grouped : List.of(byClass, byArea)) {
        KStream<String, Long> counts = grouped
            .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofHours(hours), Duration.ofHours(2)).advanceBy(Duration.ofMinutes(1)))
            .aggregate(() -> 0L, (key, value, sum) -> sum + value, Materialized.with(Serdes.String(), Serdes.Long()))
            .toStream((window, count) -> window.key() + "/" + hours + "h/" + window.window().start());
        counts.to(args[4], Produced.with(Serdes.String(), Serdes.Long()));
        if (hours == 1 && grouped == byClass) {
          counts.filter((key, count) -> count >= Series.ENTER).to(args[3], Produced.with(Serdes.String(), Serdes.Long()));
        }
      }
    }
    Common.run(builder.build(), Common.properties(args));
  }
}
