/** Each file that a process writes is damaged, and the process starts on it. */
package dev.drover.e2e.files;
