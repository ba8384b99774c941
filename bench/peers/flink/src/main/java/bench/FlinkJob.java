package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The job on Flink: parse in the source, key by area, count with blobs in RocksDB, one transactional sink.
 *
 * <p>FlinkJob BROKER GROUP RAW ALERTS AGGREGATES STATE_DIR. A mini cluster in this JVM; starts from the newest checkpoint in
 * STATE_DIR, if there is one.
 */
public final class FlinkJob {
  private FlinkJob() {}

  /** Parses where it is read: what goes on is small. */
  static final class Deserializer implements KafkaRecordDeserializationSchema<byte[]> {
    private transient Report.Parser parser;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<byte[]> out) throws IOException {
      if (parser == null) parser = new Report.Parser();
      out.collect(parser.parse(record.value()).toBytes());
    }

    @Override
    public TypeInformation<byte[]> getProducedType() {
      return PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    }
  }

  static final class Serializer implements KafkaRecordSerializationSchema<Output> {
    private final String alerts;
    private final String aggregates;

    Serializer(String alerts, String aggregates) {
      this.alerts = alerts;
      this.aggregates = aggregates;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(Output output, KafkaSinkContext context, Long timestamp) {
      return new ProducerRecord<>(output.isAlert ? alerts : aggregates, output.key, output.value);
    }
  }

  static Optional<Path> newestCheckpoint(Path checkpoints) throws IOException {
    if (!Files.isDirectory(checkpoints)) return Optional.empty();
    try (Stream<Path> found = Files.find(checkpoints, 3, (path, attributes) -> path.endsWith("_metadata"))) {
      return found.map(Path::getParent).max(Comparator.comparingLong(path -> path.toFile().lastModified()));
    }
  }

  static Configuration configuration(Path state) throws IOException {
    Configuration c = new Configuration();
    Path checkpoints = state.resolve("checkpoints");
    c.setString("state.backend.type", "rocksdb");
    c.setString("state.backend.rocksdb.localdir", state.resolve("rocksdb").toString());
    c.setString("state.backend.rocksdb.timer-service.factory", "HEAP");
    c.setString("taskmanager.memory.managed.size", "128m");
    c.setString("taskmanager.numberOfTaskSlots", "1");
    c.setString("execution.checkpointing.interval", "1 s");
    c.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
    c.setString("execution.checkpointing.incremental", "true");
    c.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
    c.setString("execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    c.setString("execution.buffer-timeout.interval", "5 ms");
    c.setString("pipeline.object-reuse", "true");
    c.setString("restart-strategy.type", "none");
    newestCheckpoint(checkpoints).ifPresent(path -> c.setString("execution.state-recovery.path", path.toUri().toString()));
    return c;
  }

  public static void main(String[] args) throws Exception {
    Path state = Path.of(args[5]);
    Files.createDirectories(state.resolve("checkpoints"));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, configuration(state));
    KafkaSource<byte[]> source = KafkaSource.<byte[]>builder()
        .setBootstrapServers(args[0])
        .setGroupId(args[1])
        .setTopics(args[2])
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new Deserializer())
        .setProperty("max.poll.records", "5000")
        .build();
    Properties producer = new Properties();
    producer.setProperty("transaction.timeout.ms", "60000");
    producer.setProperty("linger.ms", "5");
    KafkaSink<Output> sink = KafkaSink.<Output>builder()
        .setBootstrapServers(args[0])
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(args[1])
        .setKafkaProducerConfig(producer)
        .setRecordSerializer(new Serializer(args[3], args[4]))
        .build();
    env.fromSource(source, WatermarkStrategy.<byte[]>forMonotonousTimestamps(), "reports")
        .keyBy(bytes -> (int) (short) (bytes[0] << 8 | bytes[1] & 0xff), Types.INT)
        .process(new Count())
        .sinkTo(sink);
    env.execute("bench");
  }
}
