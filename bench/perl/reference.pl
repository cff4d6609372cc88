# Expands templates as the original does, by esmith::templates of an old system and Text::Template, and prints what each
# fragment becomes: lines of JSON. perl -I MODULES reference.pl initialize | perl -I MODULES reference.pl expand TEMPLATE…
use strict;
use warnings;
use JSON::PP ();
use MIME::Base64 ();

my ($verb, @templates) = @ARGV;
@ARGV = ();
open my $answers, '>&', \*STDOUT or die $!;
open STDOUT, '>', '/dev/null' or die $!;
$SIG{ALRM} = sub { die "it has no end\n" };

if ($verb eq 'initialize') {
    require esmith::util;
    $SIG{__WARN__} = sub { };
    esmith::util::initialize_default_databases();
    exit;
}

require esmith::templates;
my ($depth, %made) = (0);
my $fill_in = \&esmith::templates::fill_in_file;
{
    no warnings 'redefine';
    *esmith::templates::fill_in_file = sub {
        my ($file, %options) = @_;
        my ($failed, $broken) = (undef, $options{BROKEN});
        $options{BROKEN} = sub { my %said = @_; $failed //= $said{error}; $broken->(@_) };
        $depth++;
        alarm 20 if $depth == 1;
        my $text = $fill_in->($file, %options);
        alarm 0 if $depth == 1;
        no warnings "once";
        $failed //= $Text::Template::ERROR unless defined $text;
        tell_of($file, $text, $failed) if --$depth == 0;
        return $text;
    };
}

for my $template (@templates) {
    local $SIG{__WARN__} = sub { };
    eval { esmith::templates::processTemplate({ TEMPLATE_PATH => $template, OUTPUT_TYPE => 'string' }) };
    $depth = 0;
}

sub tell_of {
    my ($file, $text, $failed) = @_;
    $text = '' unless defined $text;
    utf8::encode($text) if utf8::is_utf8($text);
    my %made = (file => $file, text => MIME::Base64::encode_base64($text, ''));
    $made{failed} = "$failed" if defined $failed;
    print {$answers} JSON::PP->new->latin1->encode(\%made), "\n";
}
