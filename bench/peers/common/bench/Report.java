package bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;

/** A report, its parsing, and the form in which it goes to the counting stage. */
final class Report {
  static final String[] CLASSES = {
    "assault", "robbery", "threat", "vandalism", "burglary", "theft",
    "drugs", "arson", "disturbance", "vehicle-fire", "fraud", "trespass"
  };
  private static final JsonFactory JSON = new JsonFactory();

  int area;
  int revision;
  int klass;
  int minute; // of its occurrence, since 1970
  byte[] id;  // org/id

  /** Times of one day are parsed once. */
  static final class Parser {
    private String day = "";
    private int dayMinute;

    Report parse(byte[] json) throws IOException {
      Report report = new Report();
      report.revision = 1;
      String org = null;
      String id = null;
      double lat = 0;
      double lon = 0;
      try (JsonParser in = JSON.createParser(json)) {
        while (in.nextToken() != null) {
          if (in.currentToken() != JsonToken.FIELD_NAME) continue;
          String name = in.currentName();
          in.nextToken();
          switch (name) {
            case "org": org = in.getText(); break;
            case "id": id = in.getText(); break;
            case "revision": report.revision = in.getIntValue(); break;
            case "class": report.klass = classOf(in.getText()); break;
            case "occurred_from": report.minute = minuteOf(in.getText()); break;
            case "lat": lat = in.getDoubleValue(); break;
            case "lon": lon = in.getDoubleValue(); break;
            default: break;
          }
        }
      }
      report.id = (org + "/" + id).getBytes(StandardCharsets.US_ASCII);
      int row = (int) ((lat - 58) / 0.05); // the grid of bench/grid.h
      int column = (int) ((lon - 17) / 0.04);
      report.area = (row / 2 * 10 + column / 5) * 10 + row % 2 * 5 + column % 5;
      return report;
    }

    private static int classOf(String name) {
      for (int i = 0; i < CLASSES.length; ++i) {
        if (CLASSES[i].equals(name)) return i;
      }
      throw new IllegalArgumentException("unknown class");
    }

    /** 2026-01-05T00:00:20.584Z */
    private int minuteOf(String text) {
      if (!text.startsWith(day) || day.isEmpty()) {
        day = text.substring(0, 10);
        dayMinute = (int) (LocalDate.parse(day).toEpochDay() * 24 * 60);
      }
      return dayMinute + two(text, 11) * 60 + two(text, 14);
    }

    private static int two(String text, int at) {
      return (text.charAt(at) - '0') * 10 + text.charAt(at + 1) - '0';
    }
  }

  byte[] toBytes() {
    return ByteBuffer.allocate(10 + id.length)
        .putShort((short) area).put((byte) revision).put((byte) klass).putInt(minute).putShort((short) id.length).put(id).array();
  }

  static Report fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Report report = new Report();
    report.area = in.getShort();
    report.revision = in.get();
    report.klass = in.get();
    report.minute = in.getInt();
    report.id = new byte[in.getShort()];
    in.get(report.id);
    return report;
  }

  /** What is kept of it: revision, class, minute. */
  byte[] held() {
    return ByteBuffer.allocate(6).put((byte) revision).put((byte) klass).putInt(minute).array();
  }
}
