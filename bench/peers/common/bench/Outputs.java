package bench;

import java.nio.charset.StandardCharsets;

/** The alerts and aggregates that both peers send. */
final class Outputs {
  private static final String[] WINDOW_NAMES = {"1h", "6h", "24h"};

  private Outputs() {}

  static String areaId(int area) {
    return "a-" + (char) ('0' + area / 100) + (char) ('0' + area / 10 % 10) + (char) ('0' + area % 10);
  }

  /** Opens or resolves by the count now; the transition, or null. `series` is at the clock. */
  static byte[] judge(Series series, int area, int klass, long clockMs) {
    boolean is = series.open ? series.sums[0] > Series.EXIT : series.sums[0] >= Series.ENTER;
    if (is == series.open) return null;
    series.open = is;
    if (is) {
      series.openedMs = clockMs;
      series.sequence = 0;
    }
    ++series.sequence;

    String text = "{\"alert_id\":\"" + alertId(series, area, klass) + "\",\"sequence\":" + series.sequence + ",\"state\":\""
        + (is ? "open" : "resolved") + "\",\"at\":" + clockMs + ",\"area\":\"" + areaId(area) + "\",\"of\":\"" + Report.CLASSES[klass]
        + "\",\"window\":\"1h\",\"observed\":" + series.sums[0] + "}";
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String alertId(Series series, int area, int klass) {
    return areaId(area) + "-" + klass + "-" + series.openedMs;
  }

  /** All series are at the clock. */
  static byte[] aggregate(int area, Series[] all, long clockMs) {
    StringBuilder text = new StringBuilder(400);
    text.append("{\"area\":\"").append(areaId(area)).append("\",\"as_of\":").append(clockMs).append(",\"windows\":{");
    for (int w = 0; w < WINDOW_NAMES.length; ++w) {
      text.append(w == 0 ? "\"" : ",\"").append(WINDOW_NAMES[w]).append("\":{");
      int sum = 0;
      for (int k = 0; k < all.length; ++k) {
        if (all[k] == null || all[k].sums[w] == 0) continue;
        sum += all[k].sums[w];
        text.append('"').append(Report.CLASSES[k]).append("\":").append(all[k].sums[w]).append(',');
      }
      text.append("\"all\":").append(sum).append('}');
    }
    return text.append("}}").toString().getBytes(StandardCharsets.UTF_8);
  }
}
