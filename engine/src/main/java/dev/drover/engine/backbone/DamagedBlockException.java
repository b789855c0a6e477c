package dev.drover.engine.backbone;

import java.io.IOException;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;

/** A part of a file is not what was written there. */
final class DamagedBlockException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedBlockException(long block) {
    super(
        "the file is damaged: what was written at byte "
            + block * BlockSums.BLOCK
            + " is not there any more");
  }

  /** Whether this, or what MVStore itself found in a file, is behind a failure. */
  static boolean is(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DamagedBlockException
          || cause instanceof MVStoreException found
              && (found.getErrorCode() == DataUtils.ERROR_FILE_CORRUPT
                  || found.getErrorCode() == DataUtils.ERROR_CHUNK_NOT_FOUND
                  || found.getErrorCode() == DataUtils.ERROR_SERIALIZATION)) {
        return true;
      }
    }
    return false;
  }
}
