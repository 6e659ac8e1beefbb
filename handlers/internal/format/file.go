package format

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// file reads how the text is cut into rows and fields.
func (r *reader) file(o object, f *Format) {
	f.Encoding = o.choice("encoding", "utf-8", "utf-8", "utf-16", "gb18030", "latin-1")
	f.ReturnEndsLines = o.choice("line-ends", "lf", "lf", "cr") == "cr"
	r.delimiter(o, f)
	if quote := o.choice("quote", `"`, `"`, "'", "none"); quote != "none" {
		f.Quote = quote[0]
	}
	f.Trim = o.boolean("trim")
	f.PreambleLines = o.number("preamble-lines", 1000)
	if f.Comments = o.texts("comments", false, 1, 8, 32); f.Comments != nil {
		for i, comment := range f.Comments {
			r.ascii(fmt.Sprintf("comments[%d]", i), comment, 32)
		}
	}
	if v, found := o.get("trailer"); found {
		trailer := r.object("trailer", v)
		if trailer.require("begins", "say how the last line begins") {
			f.Trailer = r.ascii("trailer.begins", trailer.members["begins"], 32)
		}
		f.TrailerRequired = !trailer.has("required") || trailer.boolean("required")
		trailer.finish()
	}
	f.BlankLines = o.choice("blank-lines", "fault", "fault", "at-end", "ignored")
	f.TrailingDelimiter = o.boolean("trailing-delimiter")
	f.EmptyFile = o.choice("empty-file", "valid", "valid", "header", "fault")
	f.Header = o.choice("header", "required", "required", "none", "optional")
	f.LooseNames = o.choice("header-names", "exact", "exact", "loose") == "loose"
	if f.Header == "none" && f.EmptyFile == "header" {
		r.fault("empty-file", "header", "there is no header: valid or fault")
	}
	if f.Delimiters != nil && f.Header != "required" {
		r.fault("delimiter", o.members["delimiter"], "must be one: only a header tells which of several it is")
	}
	if f.Trim && (f.Delimiter == ' ' || f.Delimiter == '\t' || bytes.ContainsAny(f.Delimiters, " \t")) {
		r.fault("trim", true, "blanks and tabs cannot mean nothing where the delimiter is one")
	}
}

// delimiter is one character, or a list of which the header tells the one.
func (r *reader) delimiter(o object, f *Format) {
	choices := []string{",", ";", "|", "\t", " ", "^", "~", "\x01"}
	f.Delimiter = ','
	value, _ := o.get("delimiter")
	if _, several := value.([]any); !several {
		f.Delimiter = o.choice("delimiter", ",", choices...)[0]
		return
	}
	for i, element := range r.list("delimiter", value, 2, len(choices)) {
		text, _ := element.(string)
		if !slices.Contains(choices, text) || bytes.Contains(f.Delimiters, []byte(text)) {
			r.fault(fmt.Sprintf("delimiter[%d]", i), element, "must be a different one of "+strings.Join(choices, ", "))
			continue
		}
		f.Delimiters = append(f.Delimiters, text[0])
	}
	if f.Delimiters != nil {
		f.Delimiter = f.Delimiters[0]
	}
}
