/** Settings from environment variables: read once into a record, all errors reported together. */
package skypost.mail.settings;
