/** The same flow files in each runtime that Camel has. */
package dev.drover.e2e.anywhere;
