#pragma once
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdint.h>
#include <string.h>

// Products y = act(x wᵀ + bias) with weights packed once. A status of dnnl_success (0) is good everywhere.

/// oneDNN runs on OpenMP here and takes a primitive's threads from the calling thread's setting: our threads
/// are outside, so each of ours asks for one. Found at run time, as a oneDNN without OpenMP has no such symbol.
static inline void rag_dnnl_use_one_thread(void) {
  void (*set_threads)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (set_threads != NULL) set_threads(1);
}

static inline dnnl_status_t rag_dnnl_cpu(dnnl_engine_t *engine) {
  return dnnl_engine_create(engine, dnnl_cpu, 0);
}

static inline dnnl_status_t rag_dnnl_stream(dnnl_stream_t *stream, dnnl_engine_t engine) {
  return dnnl_stream_create(stream, engine, dnnl_stream_default_flags);
}

/// The product's primitive descriptor for `rows` rows. `packed` is the weights' layout, or NULL for oneDNN's choice.
static inline dnnl_status_t rag_dnnl_linear_descriptor(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                                       int64_t rows, int64_t inputs, int64_t outputs,
                                                       int with_gelu,
                                                       const dnnl_memory_desc_t *packed) {
  dnnl_dims_t x_shape = {rows, inputs}, w_shape = {inputs, outputs}, y_shape = {rows, outputs};
  dnnl_dims_t bias_shape = {1, outputs};
  dnnl_memory_desc_t x, w, y, bias;
  dnnl_status_t status = dnnl_memory_desc_init_by_tag(&x, 2, x_shape, dnnl_f32, dnnl_ab);
  if (status == dnnl_success) {
    status = dnnl_memory_desc_init_by_tag(&w, 2, w_shape, dnnl_f32, dnnl_format_tag_any);
  }
  if (status == dnnl_success) status = dnnl_memory_desc_init_by_tag(&y, 2, y_shape, dnnl_f32, dnnl_ab);
  if (status == dnnl_success) status = dnnl_memory_desc_init_by_tag(&bias, 2, bias_shape, dnnl_f32, dnnl_ab);
  dnnl_matmul_desc_t product;
  if (status == dnnl_success) {
    status = dnnl_matmul_desc_init(&product, &x, packed != NULL ? packed : &w, &bias, &y);
  }
  if (status != dnnl_success) return status;
  dnnl_primitive_attr_t attributes;
  status = dnnl_primitive_attr_create(&attributes);
  if (status != dnnl_success) return status;
  dnnl_post_ops_t steps = NULL;
  if (with_gelu) {
    status = dnnl_post_ops_create(&steps);
    if (status == dnnl_success) status = dnnl_post_ops_append_eltwise(steps, 1, dnnl_eltwise_gelu_erf, 0, 0);
    if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attributes, steps);
  }
  if (status == dnnl_success) status = dnnl_primitive_desc_create(out, &product, attributes, engine, NULL);
  if (steps != NULL) dnnl_post_ops_destroy(steps);
  dnnl_primitive_attr_destroy(attributes);
  return status;
}

/// Packs float32 weights of shape [outputs, inputs] into the layout `product` wants, in memory of oneDNN's own.
static inline dnnl_status_t rag_dnnl_pack(dnnl_memory_t *out, dnnl_engine_t engine, dnnl_stream_t stream,
                                          const_dnnl_primitive_desc_t product, int64_t inputs, int64_t outputs,
                                          const float *weights) {
  const dnnl_memory_desc_t *layout = dnnl_primitive_desc_query_md(product, dnnl_query_weights_md, 0);
  dnnl_dims_t shape = {inputs, outputs};
  dnnl_memory_desc_t plain;
  dnnl_status_t status = dnnl_memory_desc_init_by_tag(&plain, 2, shape, dnnl_f32, dnnl_ba);
  if (status != dnnl_success) return status;
  dnnl_memory_t source = NULL, packed = NULL;
  dnnl_primitive_desc_t descriptor = NULL;
  dnnl_primitive_t reorder = NULL;
  status = dnnl_memory_create(&source, &plain, engine, (void *)(uintptr_t)weights);
  if (status == dnnl_success) status = dnnl_memory_create(&packed, layout, engine, DNNL_MEMORY_ALLOCATE);
  if (status == dnnl_success) {
    status = dnnl_reorder_primitive_desc_create(&descriptor, &plain, engine, layout, engine, NULL);
  }
  if (status == dnnl_success) status = dnnl_primitive_create(&reorder, descriptor);
  if (status == dnnl_success) {
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, packed}};
    status = dnnl_primitive_execute(reorder, stream, 2, arguments);
  }
  if (status == dnnl_success) status = dnnl_stream_wait(stream);
  if (reorder != NULL) dnnl_primitive_destroy(reorder);
  if (descriptor != NULL) dnnl_primitive_desc_destroy(descriptor);
  if (source != NULL) dnnl_memory_destroy(source);
  if (status == dnnl_success) {
    *out = packed;
  } else if (packed != NULL) {
    dnnl_memory_destroy(packed);
  }
  return status;
}

/// A product's primitive for a number of rows, with the memories its arguments are bound to.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_memory_t x, y, bias;
} rag_dnnl_linear;

static inline void rag_dnnl_linear_destroy(rag_dnnl_linear *linear) {
  if (linear->x != NULL) dnnl_memory_destroy(linear->x);
  if (linear->y != NULL) dnnl_memory_destroy(linear->y);
  if (linear->bias != NULL) dnnl_memory_destroy(linear->bias);
  if (linear->primitive != NULL) dnnl_primitive_destroy(linear->primitive);
  memset(linear, 0, sizeof *linear);
}

/// The primitive for `rows` rows and weights in the layout of `packed`.
static inline dnnl_status_t rag_dnnl_linear_create(rag_dnnl_linear *out, dnnl_engine_t engine, int64_t rows,
                                                   int64_t inputs, int64_t outputs,
                                                   int with_gelu, const_dnnl_memory_t packed) {
  memset(out, 0, sizeof *out);
  const dnnl_memory_desc_t *layout;
  dnnl_primitive_desc_t product = NULL;
  dnnl_status_t status = dnnl_memory_get_memory_desc(packed, &layout);
  if (status == dnnl_success) {
    status = rag_dnnl_linear_descriptor(&product, engine, rows, inputs, outputs, with_gelu, layout);
  }
  if (status != dnnl_success) return status;
  const dnnl_memory_desc_t *x = dnnl_primitive_desc_query_md(product, dnnl_query_src_md, 0);
  const dnnl_memory_desc_t *y = dnnl_primitive_desc_query_md(product, dnnl_query_dst_md, 0);
  const dnnl_memory_desc_t *bias = dnnl_primitive_desc_query_md(product, dnnl_query_weights_md, 1);
  status = dnnl_memory_create(&out->x, x, engine, DNNL_MEMORY_NONE);
  if (status == dnnl_success) status = dnnl_memory_create(&out->y, y, engine, DNNL_MEMORY_NONE);
  if (status == dnnl_success) status = dnnl_memory_create(&out->bias, bias, engine, DNNL_MEMORY_NONE);
  if (status == dnnl_success) status = dnnl_primitive_create(&out->primitive, product);
  dnnl_primitive_desc_destroy(product);
  if (status != dnnl_success) rag_dnnl_linear_destroy(out);
  return status;
}

static inline dnnl_status_t rag_dnnl_linear_run(const rag_dnnl_linear *linear, dnnl_stream_t stream,
                                                dnnl_memory_t packed, const void *x, const float *bias,
                                                float *y) {
  dnnl_status_t status = dnnl_memory_set_data_handle(linear->x, (void *)(uintptr_t)x);
  if (status == dnnl_success) status = dnnl_memory_set_data_handle(linear->y, y);
  if (status == dnnl_success) status = dnnl_memory_set_data_handle(linear->bias, (void *)(uintptr_t)bias);
  if (status != dnnl_success) return status;
  dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_SRC, linear->x},
      {DNNL_ARG_WEIGHTS, packed},
      {DNNL_ARG_BIAS, linear->bias},
      {DNNL_ARG_DST, linear->y},
  };
  status = dnnl_primitive_execute(linear->primitive, stream, 4, arguments);
  return status == dnnl_success ? dnnl_stream_wait(stream) : status;
}
