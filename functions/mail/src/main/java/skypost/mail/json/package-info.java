/** JSON objects read field by field, with errors that name the field. */
package skypost.mail.json;
