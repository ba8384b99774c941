package bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Revises and counts, keyed by area: one blob a series in RocksDB, held decoded on the heap as well, so that a change is one
 * put and no get. Aggregates go out once a second and area, by a timer; an open alert has a timer at its next expiry.
 *
 * <p>Reports are kept until the job ends: nothing is spent here on dropping old ones.
 */
final class Count extends KeyedProcessFunction<Integer, byte[], Output> implements CheckpointedFunction {
  private static final int CLASSES = Report.CLASSES.length;
  private static final long AGGREGATE_MS = 1000;

  private transient MapState<byte[], byte[]> reports;
  private transient MapState<Integer, byte[]> store;
  private transient ListState<Long> clockState;
  private transient Series[][] series;
  private transient boolean[] dirty; // areas with a timer for an aggregate
  private long clockMs;

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    clockState = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("clock", Types.LONG));
    for (long each : clockState.get()) clockMs = Math.max(clockMs, each);
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    clockState.update(List.of(clockMs));
  }

  @Override
  public void open(OpenContext context) {
    PrimitiveArrayTypeInfo<byte[]> bytes = PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    reports = getRuntimeContext().getMapState(new MapStateDescriptor<>("reports", bytes, bytes));
    store = getRuntimeContext().getMapState(new MapStateDescriptor<>("series", Types.INT, bytes));
    series = new Series[1000][];
    dirty = new boolean[1000];
  }

  @Override
  public void processElement(byte[] value, Context context, Collector<Output> out) throws Exception {
    clockMs = Math.max(clockMs, context.timestamp());
    Report report = Report.fromBytes(value);
    byte[] held = reports.get(report.id);
    if (held != null && held[0] >= report.revision) return;
    reports.put(report.id, report.held());
    if (held != null) count(report.area, held[1], ByteBuffer.wrap(held, 2, 4).getInt(), -1, context, out);
    count(report.area, report.klass, report.minute, 1, context, out);
  }

  /** Of the current key; from the store when it is not on the heap. */
  private Series[] areaOf(int area) throws Exception {
    if (series[area] == null) {
      series[area] = new Series[CLASSES];
      for (Map.Entry<Integer, byte[]> row : store.entries()) series[area][row.getKey()] = Series.fromBytes(row.getValue());
    }
    return series[area];
  }

  private void count(int area, int klass, int minute, int sign, Context context, Collector<Output> out) throws Exception {
    Series[] all = areaOf(area);
    if (all[klass] == null) all[klass] = new Series();
    judge(area, klass, context, out); // what has fallen may rise again now
    all[klass].add(minute, sign);
    judge(area, klass, context, out);
    store.put(klass, all[klass].toBytes());
    markDirty(area, context);
  }

  private void markDirty(int area, Context context) {
    if (dirty[area]) return;
    dirty[area] = true;
    long now = context.timerService().currentProcessingTime();
    context.timerService().registerProcessingTimeTimer(now - now % AGGREGATE_MS + AGGREGATE_MS);
  }

  /** True if the alert opened or resolved. */
  private boolean judge(int area, int klass, Context context, Collector<Output> out) {
    Series judged = series[area][klass];
    judged.advanceTo((int) (clockMs / 60_000));
    byte[] transition = Outputs.judge(judged, area, klass, clockMs);
    if (transition == null) return false;
    byte[] key = Outputs.alertId(judged, area, klass).getBytes(StandardCharsets.UTF_8);
    out.collect(new Output(true, key, transition));
    if (judged.open) wakeWhenDue(judged, context);
    markDirty(area, context);
    return true;
  }

  private static void wakeWhenDue(Series open, Context context) {
    context.timerService().registerEventTimeTimer(open.nextDue() * 60_000L);
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<Output> out) throws Exception {
    int area = context.getCurrentKey();
    Series[] all = areaOf(area);
    for (int k = 0; k < CLASSES; ++k) {
      if (all[k] != null && judge(area, k, context, out)) store.put(k, all[k].toBytes());
    }
    if (context.timeDomain() == org.apache.flink.streaming.api.TimeDomain.EVENT_TIME) {
      for (Series each : all) {
        if (each != null && each.open && each.nextDue() * 60_000L > timestamp) wakeWhenDue(each, context);
      }
      return;
    }
    dirty[area] = false;
    out.collect(new Output(false, Outputs.areaId(area).getBytes(StandardCharsets.UTF_8), Outputs.aggregate(area, all, clockMs)));
  }
}
