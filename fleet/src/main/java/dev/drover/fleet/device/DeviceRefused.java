package dev.drover.fleet.device;

/** Why the registry does not do what was asked; a dialect says it in its own error codes. */
public final class DeviceRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The reasons. */
  public enum Reason {
    /** There is no such device. */
    UNKNOWN,
    /** This hardware has another id; the exception names that one. */
    HAS_OTHER_ID,
    /** This id belongs to other hardware. */
    ID_TAKEN,
    /** As many commands wait for the device as may wait. */
    COMMANDS_FULL,
    /** Others change the device all the time. */
    CHANGES_TOO_FAST
  }

  private final Reason reason;
  private final transient DeviceId device;

  DeviceRefused(Reason reason, DeviceId device) {
    super(device.kind().name() + " " + device.key() + ": " + reason);
    this.reason = reason;
    this.device = device;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** The device that the reason is about. */
  public DeviceId device() {
    return device;
  }
}
