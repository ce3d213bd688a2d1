using PeerReplica.Simulation;

namespace PeerReplica.SlowTests.Simulation;

public sealed class DeterminismTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    public void A_seed_gives_the_same_transcript_again(ulong seed) =>
        Assert.Equal(new Scenario(seed).Run().TranscriptHash, new Scenario(seed).Run().TranscriptHash);

    [Fact]
    public void Two_seeds_give_different_transcripts() =>
        Assert.NotEqual(new Scenario(3).Run().TranscriptHash, new Scenario(4).Run().TranscriptHash);

    [Fact]
    public async Task A_seed_gives_the_same_transcript_in_another_process()
    {
        var (code, output) = await RunAsync("--seeds", "7..7");
        Assert.Equal(0, code);
        Assert.Contains($"transcript {new Scenario(7).Run().TranscriptHash}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_seed_gives_exit_code_1_and_the_command_that_replays_it()
    {
        var (code, output) = await RunAsync("--seeds", "1..3", "--plant", "AddContribution");
        Assert.Equal(1, code);
        Assert.Contains("replay: dotnet run --project tests/PeerReplica.Simulation -c Release -- --seeds 1..1 --plant AddContribution", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--seeds", "9..3")]
    [InlineData("--seeds", "x")]
    [InlineData("--threads", "0", "--seeds", "1..2")]
    public async Task A_command_line_that_is_not_understood_gives_exit_code_2(params string[] arguments)
    {
        var (code, _) = await RunAsync(arguments);
        Assert.Equal(2, code);
    }

    private static Task<(int Code, string Output)> RunAsync(params string[] arguments) => Programs.RunAsync(Programs.Simulation, arguments);
}
