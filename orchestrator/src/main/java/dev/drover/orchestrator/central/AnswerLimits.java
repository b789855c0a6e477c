package dev.drover.orchestrator.central;

import java.time.Duration;

/**
 * What an answer of central may take of the mall.
 *
 * @param maxAnswer bytes of an answer that is read as a whole
 * @param maxBatchAnswer bytes of one that has documents in it, a page of a delta as it came among
 *     them
 * @param maxItem bytes of one document of an answer that is read as it comes
 * @param answerTimeout how long a whole answer may take, from the request to its last byte
 * @param syncTimeout the same of an answer that is read as it comes
 * @param connectTimeout how long a connection may take
 * @param responseTimeout how long central may send nothing
 * @param longestPause the longest pause that central may ask for
 */
public record AnswerLimits(
    long maxAnswer,
    long maxBatchAnswer,
    long maxItem,
    Duration answerTimeout,
    Duration syncTimeout,
    Duration connectTimeout,
    Duration responseTimeout,
    Duration longestPause) {

  /** The most bytes of the answer to a call; what is read as it comes is counted by item. */
  long bytes(CentralCall call) {
    return switch (call.size()) {
      case SMALL -> maxAnswer;
      case BATCH, PAGE -> maxBatchAnswer;
      case STREAM -> Long.MAX_VALUE;
    };
  }

  /** How long the whole answer to a call may take. */
  Duration time(CentralCall call) {
    return switch (call.size()) {
      case SMALL, BATCH -> answerTimeout;
      case PAGE, STREAM -> syncTimeout;
    };
  }
}
