package dev.drover.cli;

import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code drover keys}: keys of orchestrators and devices. */
@Command(name = "keys", description = "Makes keys.", mixinStandardHelpOptions = true)
final class KeysCommand {
  @Spec private CommandSpec spec;

  @Command(
      name = "generate",
      description = {
        "Makes a P-256 key pair. The private key goes to a file that only you can read (PKCS#8",
        "PEM, mode 0600); the public one is printed as PEM."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:made", "1:the file exists already", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int generate(
      @Option(
              names = "--out",
              paramLabel = "FILE",
              defaultValue = "private-key.pem",
              description = "File of the private key. Default: ${DEFAULT-VALUE}.")
          Path file)
      throws IOException {
    KeyPair pair = PrivateKeys.generate();
    String pem = PrivateKeys.toPem((ECPrivateKey) pair.getPrivate());
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try {
      // made with its mode at once: at no moment can somebody else read it
      Files.createFile(file, attributes);
    } catch (FileAlreadyExistsException e) {
      throw new CliException(file + " exists; name another file with --out");
    }
    Files.write(file, pem.getBytes(StandardCharsets.US_ASCII));
    PrintWriter out = spec.commandLine().getOut();
    out.print(PublicKeys.toPem((ECPublicKey) pair.getPublic()));
    out.flush();
    spec.commandLine().getErr().println("Private key: " + file);
    spec.commandLine().getErr().flush();
    return ExitCode.OK;
  }
}
