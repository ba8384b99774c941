package bench;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Counts of one (area, class) by the minute, with running sums over the windows; one blob in a store. */
final class Series {
  static final int[] WINDOWS = {60, 6 * 60, 24 * 60}; // minutes
  static final int ENTER = 8;
  static final int EXIT = 3;

  private int now; // the last minute that has begun
  private int[] minutes = new int[4]; // ascending, those that hold something
  private int[] counts = new int[4];
  private int size;
  private final int[] first = new int[WINDOWS.length]; // index of the first minute in the window
  final int[] sums = new int[WINDOWS.length];
  boolean open;
  int sequence; // of its alert
  long openedMs;

  int now() {
    return now;
  }

  /** Time has come to this minute; a minute is in a window while its start is less than that before the clock. */
  void advanceTo(int minute) {
    if (minute <= now) return;
    now = minute;
    for (int w = 0; w < WINDOWS.length; ++w) {
      while (first[w] < size && minutes[first[w]] <= now - WINDOWS[w]) sums[w] -= counts[first[w]++];
    }
    int gone = first[WINDOWS.length - 1];
    if (gone > 64 || gone == size) drop(gone);
  }

  private void drop(int gone) {
    if (gone == 0) return;
    System.arraycopy(minutes, gone, minutes, 0, size - gone);
    System.arraycopy(counts, gone, counts, 0, size - gone);
    size -= gone;
    for (int w = 0; w < WINDOWS.length; ++w) first[w] -= gone;
  }

  void add(int minute, int sign) {
    if (minute > now || minute <= now - WINDOWS[WINDOWS.length - 1]) return;
    int at = Arrays.binarySearch(minutes, 0, size, minute);
    if (at < 0) {
      at = -at - 1;
      if (size == minutes.length) {
        minutes = Arrays.copyOf(minutes, 2 * size);
        counts = Arrays.copyOf(counts, 2 * size);
      }
      System.arraycopy(minutes, at, minutes, at + 1, size - at);
      System.arraycopy(counts, at, counts, at + 1, size - at);
      minutes[at] = minute;
      counts[at] = 0;
      ++size;
      // It stands before the first of a window that it is too old for.
      for (int w = 0; w < WINDOWS.length; ++w) {
        if (minute <= now - WINDOWS[w]) ++first[w];
      }
    }
    counts[at] += sign;
    for (int w = 0; w < WINDOWS.length; ++w) {
      if (minute > now - WINDOWS[w]) sums[w] += sign;
    }
  }

  /** When the hour's count falls next, in minutes; 0 if it is 0. */
  int nextDue() {
    for (int i = first[0]; i < size; ++i) {
      if (counts[i] > 0) return minutes[i] + WINDOWS[0];
    }
    return 0;
  }

  byte[] toBytes() {
    int from = first[WINDOWS.length - 1];
    ByteBuffer out = ByteBuffer.allocate(19 + 6 * (size - from));
    out.putInt(now).put((byte) (open ? 1 : 0)).putInt(sequence).putLong(openedMs).putShort((short) (size - from));
    for (int i = from; i < size; ++i) out.putInt(minutes[i]).putShort((short) counts[i]);
    return out.array();
  }

  static Series fromBytes(byte[] bytes) {
    Series series = new Series();
    if (bytes == null) return series;
    ByteBuffer in = ByteBuffer.wrap(bytes);
    series.now = in.getInt();
    series.open = in.get() == 1;
    series.sequence = in.getInt();
    series.openedMs = in.getLong();
    int size = in.getShort();
    series.minutes = new int[Math.max(4, size)];
    series.counts = new int[Math.max(4, size)];
    for (int i = 0; i < size; ++i) {
      int minute = in.getInt();
      series.minutes[i] = minute;
      series.counts[i] = in.getShort();
      for (int w = 0; w < WINDOWS.length; ++w) {
        if (minute > series.now - WINDOWS[w]) {
          series.sums[w] += series.counts[i];
        } else {
          ++series.first[w];
        }
      }
    }
    series.size = size;
    return series;
  }
}
