package dev.drover.engine.backbone;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.journal.impl.JournalReaderCallback;
import org.apache.activemq.artemis.core.persistence.impl.journal.DescribeJournal;

/** Hears each record of a journal in its order, and keeps those that cannot be read. */
final class TornRecords implements JournalReaderCallback {
  /** More than a broker writes between two syncs: its buffer has 490 KiB. */
  private static final int UNSYNCED = 1 << 20;

  private final Map<Long, String> ids = new LinkedHashMap<>();
  private String file = "";
  private String first = "";
  private long after;

  /** The file that is read next. */
  void in(String name) {
    file = name;
  }

  /** The records that cannot be read, and how people find them. */
  Map<Long, String> ids() {
    return ids;
  }

  /** A record that cannot be read, and was synced, because much was written after it. */
  Optional<String> stored() {
    return after > UNSYNCED && !ids.isEmpty() ? Optional.of(first) : Optional.empty();
  }

  @Override
  public void onReadAddRecord(RecordInfo record) {
    look(record);
  }

  @Override
  public void onReadAddRecordTX(long transaction, RecordInfo record) {
    look(record);
  }

  @Override
  public void onReadUpdateRecord(RecordInfo record) {
    count(record);
  }

  @Override
  public void onReadUpdateRecordTX(long transaction, RecordInfo record) {
    count(record);
  }

  /** What was damaged and is deleted does not matter. */
  @Override
  public void onReadDeleteRecord(long id) {
    ids.remove(id);
  }

  private void look(RecordInfo record) {
    count(record);
    try {
      if (DescribeJournal.newObjectEncoding(record)
          instanceof DescribeJournal.MessageDescribe message) {
        // they are read when they are asked for
        message.getMsg().getPropertyNames();
      }
    } catch (RuntimeException e) {
      String where = "Record " + record.id + " of " + file;
      ids.put(record.id, where);
      first = first.isEmpty() ? where : first;
    }
  }

  private void count(RecordInfo record) {
    if (!first.isEmpty()) {
      after += record.data.length;
    }
  }
}
