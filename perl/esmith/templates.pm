package esmith::templates;

# Templates that are expanded to a string. gabarit itself expands those that become files.
use strict;
use warnings;
use Exporter 'import';
use Gabarit::Channel;
use Gabarit::Databases;
use esmith::config;

our @EXPORT    = qw(processTemplate);
our @EXPORT_OK = qw(removeBlankLines);

my @KNOWN = qw(MORE_DATA ALL_RECORDS_AS_SCALARS TEMPLATE_PATH OUTPUT_TYPE FILTER);
my $last = 0;

sub processTemplate {
    my ($wanted) = @_;
    die "processTemplate is for fragments: an action runs the command expand-template\n"
        unless $Gabarit::Databases::source eq 'Gabarit::Channel';
    my %given = %$wanted;
    my $path = $given{TEMPLATE_PATH};
    die "processTemplate: TEMPLATE_PATH is missing\n" unless defined $path && length $path;
    die "processTemplate makes a string here, with OUTPUT_TYPE => 'string': a file is an output of its template\n"
        unless ($given{OUTPUT_TYPE} || 'file') eq 'string';
    my %others = %given;
    delete @others{@KNOWN};
    delete $others{CONFREF} unless defined $others{CONFREF};
    die 'processTemplate does not know here: ' . join(', ', sort keys %others) . "\n" if %others;

    my $data = $given{MORE_DATA} || {};
    my $number = ++$last;
    local $Gabarit::Fragment::more_data{$number} = $data;
    my @scalars = map { ($_, $data->{$_}) } grep { defined $data->{$_} && !ref $data->{$_} } sort keys %$data;
    my $left = alarm 0;
    my ($verb, $text) = Gabarit::Channel::ask('template', $path, $number, Gabarit::Channel::pack_words(@scalars));
    alarm $left;
    die "the template $path cannot be expanded\n" if $verb eq 'failed';
    my $filter = $given{FILTER} or return $text;
    return join '', map { $filter->("$_\n") } split /\n/, $text;
}

# Fragments that make a banner of their own ask the original's library for the text of another file.
sub Text::Template::_load_text {
    my ($file) = @_;
    open my $handle, '<', $file or return undef;
    local $/;
    return scalar <$handle>;
}

sub removeBlankLines { return $_[0] =~ /^\s*$/ ? '' : $_[0] }

1;
