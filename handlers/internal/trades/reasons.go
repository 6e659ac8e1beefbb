package trades

// Reason is why something is rejected: one of the sentences below, so that
// counting by reason stays small. They speak to the partner.
type Reason string

// Faults of the whole file.
const (
	NoHeader       Reason = "the header is missing: the file must begin with timestamp,symbol,price,size[,exchange][,conditions]"
	MissingColumn  Reason = "the header lacks a column: it must be timestamp,symbol,price,size[,exchange][,conditions]"
	RepeatedColumn Reason = "the header names a column twice: it must be timestamp,symbol,price,size[,exchange][,conditions]"
	UnknownColumn  Reason = "the header names an unknown column: it must be timestamp,symbol,price,size[,exchange][,conditions]"
	ColumnOrder    Reason = "the header's columns are in another order: it must be timestamp,symbol,price,size[,exchange][,conditions]"
	BadHeader      Reason = "the header is not readable as CSV: it must be timestamp,symbol,price,size[,exchange][,conditions]"
	CorruptGzip    Reason = "the gzip data is corrupt"
	TruncatedGzip  Reason = "the gzip data ends too early"
	TrailingGzip   Reason = "something that is not gzip follows the gzip data"
	TooManySymbols Reason = "the file has more than 65,536 pairs of a symbol and a UTC date: split it"
	TotalTooLarge  Reason = "the file's total volume, or its total of price × size, has more than 20 integer digits: split it"
)

// Faults of a record.
const (
	BlankLine         Reason = "the line is blank"
	FieldCount        Reason = "the row has not as many fields as the header"
	RecordTooLong     Reason = "the record is longer than 64 KiB"
	UnterminatedQuote Reason = "a quoted field does not end within 64 KiB"
	BareQuote         Reason = "a quote stands inside a field that is not quoted"
	BareReturn        Reason = "a carriage return stands without a line feed"
	AfterQuote        Reason = "something follows the closing quote: a quote inside a quoted field is doubled"
)

// Faults of a field.
const (
	NotUTF8          Reason = "not valid UTF-8"
	ControlCharacter Reason = "contains a control character"

	TimestampSyntax    Reason = "not an RFC 3339 timestamp such as 2013-10-07T13:30:00.000Z"
	TimestampDate      Reason = "no such date or time of day"
	TimestampOffset    Reason = "not in UTC: write the offset as Z"
	TimestampPrecision Reason = "finer than nanoseconds"
	TimestampLeap      Reason = "a leap second has no place in Unix time: write second 59"
	TimestampRange     Reason = "outside the years 1678 to 2261"
	TimestampOrder     Reason = "earlier than the row before"

	SymbolSyntax Reason = "a symbol is 1 to 24 of A–Z 0–9 . / -"

	NumberSyntax    Reason = "not a decimal number such as 181.52"
	NumberRange     Reason = "more than 18 integer digits"
	NumberPrecision Reason = "more than 18 fractional digits"
	PriceSign       Reason = "a price must be above zero in this feed"
	SizeSign        Reason = "a size must be above zero"
	NotionalRange   Reason = "price × size has more than 20 integer digits"
)
