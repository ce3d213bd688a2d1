using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;
using PeerReplica.AspNetCore.Tests.Caching;

namespace PeerReplica.AspNetCore.Tests.OutputCaching;

/// <summary>What every output cache store of the framework does, as a table that each implementation runs.</summary>
public abstract class OutputCacheConformance : IAsyncLifetime
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(10);

    /// <summary>The store, with nothing in it.</summary>
    protected abstract IOutputCacheStore Store { get; }

    protected virtual TimeSpan Window => TimeSpan.FromSeconds(10);

    private IOutputCacheBufferStore Buffers => Assert.IsAssignableFrom<IOutputCacheBufferStore>(Store);

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    protected abstract Task ElapseAsync(TimeSpan time);

    [Fact]
    public async Task What_was_stored_is_read_until_it_is_replaced()
    {
        Assert.Null(await Store.GetAsync("absent", default));
        await Store.SetAsync("key", [1, 2], [], s_long, default);
        Assert.Equal([1, 2], await Store.GetAsync("key", default));
        await Store.SetAsync("key", [3], ["tag"], s_long, default);
        Assert.Equal([3], await Store.GetAsync("key", default));
        Assert.Null(await Store.GetAsync("KEY", default));
    }

    [Fact]
    public async Task A_response_expires()
    {
        await Store.SetAsync("key", [1], ["tag"], Window, default);
        await ElapseAsync(Window * 0.6);
        Assert.NotNull(await Store.GetAsync("key", default));
        await ElapseAsync(Window * 0.6);
        Assert.Null(await Store.GetAsync("key", default));
    }

    [Fact]
    public async Task Evicting_a_tag_evicts_its_responses_and_no_others()
    {
        await Store.SetAsync("a", [1], ["red"], s_long, default);
        await Store.SetAsync("b", [2], ["red", "blue"], s_long, default);
        await Store.SetAsync("c", [3], ["blue"], s_long, default);
        await Store.SetAsync("d", [4], [], s_long, default);
        await Store.SetAsync("e", [5], null!, s_long, default);
        await Store.SetAsync("f", [6], ["RED"], s_long, default);
        await Store.EvictByTagAsync("red", default);
        Assert.Null(await Store.GetAsync("a", default));
        Assert.Null(await Store.GetAsync("b", default));
        foreach (var key in new[] { "c", "d", "e", "f" }) Assert.NotNull(await Store.GetAsync(key, default));
    }

    [Fact]
    public async Task Evicting_twice_or_what_is_not_there_is_safe_and_later_responses_stay()
    {
        await Store.EvictByTagAsync("absent", default);
        await Store.SetAsync("key", [1], ["tag"], s_long, default);
        await Store.EvictByTagAsync("tag", default);
        await Store.EvictByTagAsync("tag", default);
        Assert.Null(await Store.GetAsync("key", default));
        await Store.SetAsync("key", [2], ["tag"], s_long, default);
        Assert.Equal([2], await Store.GetAsync("key", default));
        await Store.EvictByTagAsync("tag", default);
        Assert.Null(await Store.GetAsync("key", default));
    }

    [Fact]
    public async Task Null_arguments_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Store.GetAsync(null!, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Store.SetAsync(null!, [1], [], s_long, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Store.SetAsync("key", null!, [], s_long, default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Store.EvictByTagAsync(null!, default));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(60_000)]
    public async Task Buffers_are_stored_and_copied_to_a_pipe(int size)
    {
        var value = new byte[size];
        Random.Shared.NextBytes(value);
        var parts = new[] { value[..(size / 2)], value[(size / 2)..] };
        await Buffers.SetAsync("key", Segments.Of(parts), new[] { "tag" }, s_long, default);
        if (size > 1) parts[0][0]++;
        Assert.Equal(value, await Store.GetAsync("key", default));
        var pipe = new Pipe();
        Assert.True(await Buffers.TryGetAsync("key", pipe.Writer, default));
        await pipe.Writer.CompleteAsync();
        var read = await pipe.Reader.ReadAtLeastAsync(size);
        Assert.Equal(value, read.Buffer.ToArray());
        Assert.False(await Buffers.TryGetAsync("absent", new Pipe().Writer, default));
    }
}
