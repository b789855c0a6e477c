package dev.drover.proto;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;

/** Says why bytes are no JSON, in words that name nothing of the library that read them. */
public final class JsonFault {
  private JsonFault() {}

  /** What is wrong, with line and column where they are known. */
  public static String reason(Exception fault) {
    if (!(fault instanceof JsonProcessingException json)) {
      return "it cannot be read";
    }
    return sentence(json) + place(json.getLocation());
  }

  private static String sentence(JsonProcessingException fault) {
    String said = String.valueOf(fault.getOriginalMessage());
    if (fault instanceof StreamConstraintsException) {
      return bound(said);
    }
    if (fault instanceof JsonEOFException) {
      return "it ends too early";
    }
    if (fault instanceof MismatchedInputException && said.startsWith("Trailing token")) {
      return "something follows the JSON value";
    }
    return Plain.words(said);
  }

  private static String bound(String said) {
    if (said.startsWith("Name length")) {
      return "a name has more than " + Json.LONGEST_NAME + " bytes";
    }
    if (said.contains("nesting depth")) {
      return "objects and arrays stand too deep in one another";
    }
    if (said.startsWith("Number")) {
      return "a number has too many digits";
    }
    return said.startsWith("String") ? "a text is too long" : "it is larger than is read";
  }

  private static String place(JsonLocation at) {
    return at == null || at.getLineNr() < 1
        ? ""
        : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
  }
}
