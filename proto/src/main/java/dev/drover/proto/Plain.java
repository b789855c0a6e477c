package dev.drover.proto;

import java.util.regex.Pattern;

/**
 * Words for people out of the messages of libraries: no name of a Java class, and nothing of how a
 * library is set up.
 */
public final class Plain {
  private static final Pattern SOURCE =
      Pattern.compile(
          "\\s*(?:\\((?:start marker )?at \\[Source:[^\\]]*\\]\\)|at \\[Source:[^\\]]*\\]"
              + "|\\(through reference chain:[^)]*\\))");

  private static final Pattern SETTING =
      Pattern.compile(",?\\s*from `?\\w*(?:Constraints|Feature)[.\\w]*(?:\\(\\))?`?");

  private static final Pattern AS_PER =
      Pattern.compile(
          "(?:: not allowed as per|\\(bound as) `[^`]*`\\)?|:? ?\\(?enable `[^`]*` to allow\\)?");

  /** A qualified name with its colon, as a wrapper puts it before the words of its cause. */
  private static final Pattern CLASS =
      Pattern.compile(
          "\\b(?:[a-z]\\w*\\.)+[A-Z]\\w*(?:Exception|Error)\\b(?::\\s*)?"
              + "|\\b(?:com|org|java|javax|jakarta|io|dev|sun|jdk)\\.(?:[a-z]\\w*\\.)+[A-Z][\\w$]*\\b");

  private Plain() {}

  /** The text without them; what was nothing else becomes "it failed without a reason". */
  public static String words(String text) {
    if (text == null) {
      return "it failed without a reason";
    }
    String plain = SOURCE.matcher(text).replaceAll("");
    plain = SETTING.matcher(plain).replaceAll("");
    plain = AS_PER.matcher(plain).replaceAll("");
    plain = CLASS.matcher(plain).replaceAll("").strip();
    return plain.isEmpty() ? "it failed without a reason" : plain;
  }
}
