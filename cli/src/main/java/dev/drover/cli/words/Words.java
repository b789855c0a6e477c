package dev.drover.cli.words;

import dev.drover.proto.Plain;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What failed, in words for people: no name of a Java class is among them. */
public final class Words {
  private Words() {}

  /** Says in one sentence what failed. */
  public static String of(Throwable failure) {
    if (failure instanceof CliException) {
      return failure.getMessage();
    }
    if (failure instanceof HttpConnectTimeoutException || failure instanceof HttpTimeoutException) {
      return "no answer in time";
    }
    if (failure instanceof ConnectException) {
      return failure.getCause() instanceof java.nio.channels.UnresolvedAddressException
          ? "no such host"
          : "nobody listens there";
    }
    if (failure instanceof UnknownHostException) {
      return "no such host";
    }
    if (failure instanceof FileSystemException file) {
      return file.getFile() + " " + why(file);
    }
    if (failure instanceof FileNotFoundException) {
      return failure.getMessage();
    }
    String message = failure.getMessage();
    if (message == null) {
      return failure.getCause() == null ? "it failed without a reason" : of(failure.getCause());
    }
    return Plain.words(message);
  }

  private static String why(FileSystemException e) {
    if (e instanceof NoSuchFileException) {
      return "does not exist";
    }
    if (e instanceof AccessDeniedException) {
      return "may not be read or written by this user";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "exists already, and is something else";
    }
    if (e instanceof NotDirectoryException) {
      return "is no directory";
    }
    return e.getReason() == null ? "cannot be used" : "cannot be used: " + e.getReason();
  }
}
