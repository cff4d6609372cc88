package Gabarit::Databases;

# The databases of gabarit, each taken over when it is first opened, and a note of what is read.
use strict;
use warnings;
use Gabarit::Channel;

my %tables;
our %reads;

# What a fragment tried to change: it fails even if it does not notice.
our $refusal;

sub forget { %tables = () }

# The records by key, each packed; undef if there is no such database.
sub open_table {
    my ($path) = @_;
    my ($name) = $path =~ m{([^/]+)$};
    return undef unless defined $name;
    unless (exists $tables{$name}) {
        my ($verb, $exists, $records) = Gabarit::Channel::ask('database', $name);
        $tables{$name} = $exists ? { Gabarit::Channel::unpack_words($records) } : undef;
    }
    return $tables{$name} && bless { name => $name, records => $tables{$name} }, __PACKAGE__;
}

sub name { return $_[0]{name} }

sub note {
    my ($self, $key) = @_;
    $reads{ $self->{name} }{ defined $key ? "=$key" : '' } = 1;
}

sub has {
    my ($self, $key) = @_;
    $self->note($key);
    return exists $self->{records}{$key};
}

sub sorted_keys {
    my ($self) = @_;
    $self->note(undef);
    return sort keys %{ $self->{records} };
}

# The type, and the names and values of the properties; empty if there is no such record.
sub fields {
    my ($self, $key) = @_;
    $self->note($key);
    my $packed = $self->{records}{$key};
    return defined $packed ? Gabarit::Channel::unpack_words($packed) : ();
}

# The record as a line of a database of SME Server.
sub line {
    my ($self, $key) = @_;
    return undef unless $self->has($key);
    return join '|', map { s/\|/\\|/gr } $self->fields($key);
}

# Says which command makes a change.
sub refuse_change {
    my ($self, $verb, @words) = @_;
    my $database = $self->{name} eq 'configuration' ? 'config' : "db $self->{name}";
    my $command = join ' ', $database, $verb, map { defined $_ && /^[\w.:\/-]+$/ ? $_ : quoted($_) } @words;
    $refusal = "a fragment only reads the databases. What it wants to do, as a command: $command";
    die "$refusal\n";
}

sub quoted {
    my ($word) = @_;
    $word = '' unless defined $word;
    return "'" . ($word =~ s/'/'\\''/gr) . "'";
}

# As a hash of lines, tied: keys and lines of a database.
sub TIEHASH { return $_[0] }
sub FETCH   { return $_[0]->line($_[1]) }
sub EXISTS  { return $_[0]->has($_[1]) }
sub SCALAR  { return scalar keys %{ $_[0]{records} } }
sub STORE   { $_[0]->refuse_change('set', $_[1], split /\|/, defined $_[2] ? $_[2] : '') }
sub DELETE  { $_[0]->refuse_change('delete', $_[1]) }
sub CLEAR   { $_[0]->refuse_change('delete', 'KEY') }

sub FIRSTKEY {
    my ($self) = @_;
    $self->{left} = [ $self->sorted_keys ];
    return shift @{ $self->{left} };
}

sub NEXTKEY { return shift @{ $_[0]{left} } }

1;
