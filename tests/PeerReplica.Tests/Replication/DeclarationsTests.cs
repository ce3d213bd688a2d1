using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Tests.Escrow;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>What a replica registered, in frames; and what its peers registered differently.</summary>
public sealed class DeclarationsTests
{
    private static readonly ReplicaId s_one = new(1);
    private static readonly ReplicaId s_two = new(2);
    private readonly Declarations _declarations = new();

    public DeclarationsTests()
    {
        foreach (var name in (string[])["c", "a", "b"]) _declarations.Add(Declared(name));
    }

    [Fact]
    public void Everything_is_declared_in_the_order_of_names()
    {
        Assert.Equal([(false, ["a", "b", "c"])], Read(_declarations.Frames(10_000)));
        Assert.Same(_declarations.Frames(10_000), _declarations.Frames(10_000));
    }

    [Fact]
    public void Without_objects_nothing_is_declared() => Assert.Empty(new Declarations().Frames(10_000));

    [Fact]
    public void A_frame_takes_as_many_objects_as_fit_with_16_bytes_to_spare_and_the_next_goes_on()
    {
        var each = Length(Declared("a"));
        Assert.Equal([(false, ["a", "b"]), (true, ["c"])], Read(_declarations.Frames((2 * each) + 16)));
    }

    [Fact]
    public void An_object_for_which_a_byte_is_missing_begins_another_frame()
    {
        var frames = _declarations.Frames((2 * Length(Declared("a"))) + 15);
        Assert.Equal([(false, ["a"]), (true, ["b"]), (true, ["c"])], Read(frames));
    }

    [Fact]
    public void What_a_peer_registered_differently_is_kept_until_the_peer_is_forgotten()
    {
        DeclaredObject[] ofOne = [Declared("a", "json"), Declared("b"), Declared("c", "json"), Declared("x")];
        Assert.Equal(2, _declarations.Learn(s_one, "n1", isContinued: false, ofOne));
        Assert.Equal(1, _declarations.Learn(s_two, "n2", isContinued: false, [Declared("a", "xml")]));
        Assert.Equal(["a", "c"], _declarations.Differing.Keys);
        Assert.Equal([("n1", "json"), ("n2", "xml")], Of("a"));
        Assert.Equal([("n1", "json")], Of("c"));
        _declarations.Forget(s_one);
        Assert.Equal(["a"], _declarations.Differing.Keys);
        Assert.Equal([("n2", "xml")], Of("a"));
        _declarations.Forget(s_two);
        Assert.Empty(_declarations.Differing);
    }

    [Fact]
    public void A_part_that_goes_on_adds_to_the_parts_before_and_a_first_part_replaces_them()
    {
        _declarations.Learn(s_one, "n1", isContinued: false, [Declared("a", "json")]);
        _declarations.Learn(s_one, "n1", isContinued: true, [Declared("b", "json")]);
        Assert.Equal(["a", "b"], _declarations.Differing.Keys);
        _declarations.Learn(s_one, "n1", isContinued: false, [Declared("c", "json")]);
        Assert.Equal(["c"], _declarations.Differing.Keys);
    }

    [Fact]
    public void The_version_rises_with_each_difference_that_comes_or_goes_and_with_nothing_else()
    {
        var versions = new List<long> { _declarations.Version };
        _declarations.Learn(s_one, "n1", isContinued: false, [Declared("a", "json")]);
        versions.Add(_declarations.Version);
        _declarations.Forget(s_one);
        versions.Add(_declarations.Version);
        Assert.Equal([.. versions.Order().Distinct()], versions);
        _declarations.Learn(s_one, "n1", isContinued: false, [Declared("a", "json")]);
        versions.Add(_declarations.Version);
        _declarations.Forget(s_two);
        Assert.Equal(versions[^1], _declarations.Version);
        Assert.Equal(["a"], _declarations.Differing.Keys);
        _declarations.Learn(s_two, "n2", isContinued: false, [Declared("a"), Declared("unknown", "json")]);
        Assert.Equal(versions[^1], _declarations.Version);
    }

    private static DeclaredObject Declared(string name, string encoding = "i64") =>
        new(new ObjectIdentity(name, ObjectKind.Map, "text"), encoding, []);

    private static int Length(DeclaredObject declared) =>
        RecordBytes.Of((ref MessagePackWriter output) => declared.Encode(ref output)).Length;

    private static IEnumerable<(bool IsContinued, string[] Names)> Read(IEnumerable<byte[]> frames)
    {
        foreach (var frame in frames)
        {
            var declared = ControlReader.ReadObjects(frame, out var isContinued)!;
            yield return (isContinued, declared.Select(d => d.Identity.Name).ToArray());
        }
    }

    private IEnumerable<(string, string)> Of(string name) =>
        _declarations.Differing[name].Values.Select(d => (d.NodeName, d.Theirs.ValueEncoding));
}
