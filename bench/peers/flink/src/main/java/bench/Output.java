package bench;

/** A record for one of the two output topics. Goes from one operator to the next in the same task, never over a wire. */
public final class Output {
  public boolean isAlert;
  public byte[] key;
  public byte[] value;

  public Output() {}

  Output(boolean isAlert, byte[] key, byte[] value) {
    this.isAlert = isAlert;
    this.key = key;
    this.value = value;
  }
}
