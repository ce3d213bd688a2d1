using System.Buffers;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Foreign;

/// <summary>Serializers that use the library while they are called, and that throw.</summary>
public sealed class SerializerReentryTests
{
    private static readonly Seat s_first = new("a", 1);
    private static readonly Seat s_second = new("bbbbbbbbbbbbbbbbbbbbbbbbb", 2);

    [Fact]
    public void A_serializer_that_writes_to_another_object_mixes_no_payloads() => Check(r => r.GetMap<string, string>("texts").Set("inner", "written while serializing"));

    [Fact]
    public void A_serializer_that_writes_to_the_same_object_mixes_no_payloads() => Check(r => r.GetMap<string, Seat>("seats").Set("inner", s_second));

    [Fact]
    public void A_serializer_that_looks_a_serialized_key_up_mixes_no_payloads() => Check(r => r.GetSet<Seat>("set").Contains(s_second));

    [Fact]
    public void A_serializer_that_throws_within_another_call_of_it_leaves_both_objects_usable()
    {
        var isPlanted = true;
        Check(r =>
        {
            if (!isPlanted) return;
            isPlanted = false;
            Assert.Throws<ReplicaSerializationException>(() => r.GetMap<string, Seat>("seats").Set("refused", new Seat("throw", 3)));
        });
    }

    private static void Check(Action<IPeerReplica> reenter)
    {
        var serializer = new ReentrantSerializer();
        var cluster = Simulated.Cluster(2, o => o.AddMap<string, Seat>("seats").AddMap<Seat, Seat>("keyed").AddMap<string, string>("texts").AddSet<Seat>("set").UseSerializer(serializer));
        var replica = cluster.On(0);
        serializer.Reenter = () => reenter(replica);
        replica.GetMap<string, Seat>("seats").Set("outer", s_first);
        replica.GetMap<Seat, Seat>("keyed").Set(s_first, s_second);
        replica.GetSet<Seat>("set").Add(s_first);
        serializer.Reenter = null;
        cluster.RunUntilConverged();
        foreach (var each in cluster.Replicas.Select(r => r.Replica))
        {
            Assert.True(each.GetMap<string, Seat>("seats").TryGetValue("outer", out var outer));
            Assert.Equal(s_first, outer);
            Assert.True(each.GetMap<Seat, Seat>("keyed").TryGetValue(s_first, out var keyed));
            Assert.Equal(s_second, keyed);
            Assert.True(each.GetSet<Seat>("set").Contains(s_first));
            Assert.False(each.GetSet<Seat>("set").Contains(s_second));
            if (each.GetMap<string, Seat>("seats").TryGetValue("inner", out var inner)) Assert.Equal(s_second, inner);
            if (each.GetMap<string, string>("texts").TryGetValue("inner", out var text)) Assert.Equal("written while serializing", text);
        }
    }

    private sealed class ReentrantSerializer : IReplicaSerializer
    {
        private readonly SystemTextJsonReplicaSerializer _inner = new();
        private bool _isInside;

        public Action? Reenter { get; set; }

        public void Serialize<T>(IBufferWriter<byte> writer, T value)
        {
            if (value is Seat { Row: "throw" }) throw new InvalidOperationException("planted");
            if (!_isInside && Reenter is { } reenter)
            {
                _isInside = true;
                reenter();
                _isInside = false;
            }

            _inner.Serialize(writer, value);
        }

        public T Deserialize<T>(ReadOnlySpan<byte> bytes) => _inner.Deserialize<T>(bytes);
    }
}
