package dev.drover.engine.migrate;

/**
 * One small step from the form of a store's data to the next form.
 *
 * @param name what it does, for people and logs
 * @param <S> the store
 */
public record Migration<S>(String name, Step<S> step) {
  /** What a migration does. */
  @FunctionalInterface
  public interface Step<S> {
    /**
     * Changes the data.
     *
     * @throws Exception when the store refuses; then nothing has happened, or what has can be done
     *     again
     */
    void apply(S store) throws Exception;
  }
}
