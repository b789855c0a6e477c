package dev.drover.engine.files;

import java.util.List;

/**
 * A file of a data directory, or a directory that counts as one.
 *
 * @param process {@code central} or {@code orchestrator}
 * @param path below the data directory
 * @param form how a damage is recognised
 * @param version the schema version that this build writes; 0 when the form of the file says enough
 * @param damaged what a damage means to the process
 * @param remedy what people do about it
 */
public record DataFile(
    String process,
    String path,
    FileClass fileClass,
    Form form,
    boolean required,
    int version,
    String damaged,
    String remedy) {
  /** How a damage is recognised without the process. */
  public enum Form {
    /** A private key in PEM. */
    SIGNING_KEY,
    /** A secret of 32 bytes. */
    SECRET,
    /** A database of SQLite; its head. */
    SQLITE,
    /** A store of H2; its head, and each of its blocks against its checksum. */
    MVSTORE,
    /** The directory of an embedded Kafka broker; its small files. */
    KAFKA,
    /** Nobody but its process can tell. */
    ANY
  }

  /** The version of {@code mall.db}, which its migrations make. */
  public static final int MALL_VERSION = 1;

  /** The version of {@code cache.db}, which its migrations make. */
  public static final int CACHE_VERSION = 1;

  /** The version of central's document store, which its migrations make. */
  public static final int CENTRAL_VERSION = 2;

  private static final String BACKUP = "put it back from a backup, or give it as DROVER_KEY_…";
  private static final String ANEW = "nothing: it is made anew";

  /** Every file that a process cannot do without, and those that it makes or fetches again. */
  public static final List<DataFile> ALL =
      List.of(
          key("central", "keys/central-token.pem", Form.SIGNING_KEY),
          key("central", "keys/central-logs.pem", Form.SIGNING_KEY),
          key("central", "keys/central-answers.key", Form.SECRET),
          new DataFile(
              "central",
              "mongo/drover.mv",
              FileClass.TRUTH,
              Form.MVSTORE,
              true,
              CENTRAL_VERSION,
              "the start is refused; what is damaged during the work is not answered, and /health says so",
              "put back a backup of the whole data directory"),
          new DataFile(
              "central",
              "mongo/drover.mv.journal",
              FileClass.TRUTH,
              Form.ANY,
              false,
              0,
              "it is not used after a stop or a kill; after a power cut the start is refused, or the end of it is lost",
              "copy drover.mv, .journal and .sums together, or stop first"),
          new DataFile(
              "central",
              "mongo/drover.mv.sums",
              FileClass.TRUTH,
              Form.ANY,
              false,
              0,
              "what is damaged of it is made anew from drover.mv as it is; another day's refuses the start",
              "nothing; delete it when it alone is another day's, or drover.mv was put back without it"),
          kafka("central", "malls fetch everything anew"),
          key("orchestrator", "keys/orchestrator.pem", Form.SIGNING_KEY),
          key("orchestrator", "keys/mall-store.key", Form.SECRET),
          new DataFile(
              "orchestrator",
              "mall.db",
              FileClass.TRUTH,
              Form.SQLITE,
              true,
              MALL_VERSION,
              "the start is refused",
              "put it back from a backup; or move mall.db, mall.db-wal and mall.db-shm away and make"
                  + " an empty file mall.db.renew: what the queue has comes back, the rest is a gap"),
          new DataFile(
              "orchestrator",
              "mqtt",
              FileClass.TRUTH,
              Form.ANY,
              false,
              0,
              "what a power cut tore at its end is removed; otherwise the start is refused",
              "move it away: the queue is filled from mall.db, retained messages are lost"),
          kafka("orchestrator", "the queue is filled from mall.db"),
          copy(
              "uplink.mark",
              Form.ANY,
              0,
              "it is written anew; an older mall.db does not show then"),
          copy("cache.db", Form.SQLITE, CACHE_VERSION, "the data is fetched from central again"),
          copy("cache.db.mark", Form.ANY, 0, "the data is fetched from central again"),
          copy("keys/beacon-nonces.key", Form.SECRET, 0, "beacons ask for another challenge"),
          copy(
              "keys/mqtt-internal.key",
              Form.SECRET,
              0,
              "the mall logs in at its broker with another"));

  private static DataFile key(String process, String path, Form form) {
    return new DataFile(
        process, path, FileClass.IDENTITY, form, true, 0, "the start is refused", BACKUP);
  }

  private static DataFile kafka(String process, String then) {
    return new DataFile(
        process,
        "kafka",
        FileClass.COPY,
        Form.KAFKA,
        false,
        0,
        "it is set aside and made anew, and " + then,
        ANEW);
  }

  private static DataFile copy(String path, Form form, int version, String damaged) {
    return new DataFile("orchestrator", path, FileClass.COPY, form, false, version, damaged, ANEW);
  }
}
