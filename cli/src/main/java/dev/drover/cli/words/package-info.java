/** What went wrong, in words for people. */
package dev.drover.cli.words;
